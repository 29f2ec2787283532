import type { AttemptQuery, HistoryViewQuery, PageQuery, Read, RunQuery } from "../../engine/index.ts";
import { Problem } from "./answers.ts";
import { EngineShards, type DoorEnv, type Shard } from "./engine-shards.ts";
import { list, readQuery, text, time, wholeNumber } from "./query.ts";

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 100;
const MAX_WAIT_MS = 20_000;
const limit = wholeNumber(1, MAX_LIMIT);
const place = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/**
 * What can be read through the door: `/workflows`, `/shards`, `/runs`, `/runs/:workflow/:id` and what lies below it.
 * `undefined` for every other path.
 * @throws Problem
 */
export async function answerRead(url: URL, env: DoorEnv): Promise<unknown> {
  const [first, ...rest] = url.pathname.slice(1).split("/").map(decodePart);
  const shards = EngineShards.of(env);
  if (first === "runs") return rest.length === 0 ? runs(url, shards) : ofRun(url, rest, shards);
  if (rest.length > 0) return undefined;
  if (first === "workflows") {
    readQuery(url.searchParams, {});
    return { workflows: shards === undefined ? [] : await overall(shards, (shard) => shard.workflows()) };
  }
  if (first === "shards") {
    readQuery(url.searchParams, {});
    return { shards: shards === undefined ? [] : await overall(shards, (shard) => shard.shards()) };
  }
  return undefined;
}

async function runs(url: URL, shards: EngineShards | undefined): Promise<unknown> {
  const { status, ...given } = readQuery(url.searchParams, {
    workflow: text,
    status: list,
    from: time,
    to: time,
    prefix: text,
    text,
    cursor: text,
    limit,
  });
  const query: RunQuery = { limit: DEFAULT_LIMIT, ...given, ...(status && { statuses: status }) };
  if (shards === undefined) return { runs: [], next: null, rowsRead: 0 };
  return overall(shards, (shard) => shard.runs(query));
}

async function ofRun(url: URL, parts: readonly string[], shards: EngineShards | undefined): Promise<unknown> {
  const [workflow = "", id, ...below] = parts;
  if (id === undefined) return undefined;
  const read = readBelow(url.searchParams, workflow, id, below);
  if (read === undefined) return undefined;
  if (shards === undefined) throw new Problem(404, "This application has no workflows.");
  const index = shards.indexOf(workflow, id);
  return valueOf(await reached(`Shard ${index}, which holds run "${id}",`, read(shards.at(index))));
}

/** What is asked of the shard that holds the run. */
function readBelow(
  query: URLSearchParams,
  workflow: string,
  id: string,
  [what, at, further, ...rest]: readonly string[],
): ((shard: Shard) => Promise<Read<unknown>>) | undefined {
  if (rest.length > 0) return undefined;
  if (what === undefined) {
    readQuery(query, {});
    return (shard) => shard.describe(workflow, id);
  }
  if (what === "steps" && at !== undefined && further === "attempts") {
    const given = readQuery(query, { before: place, limit });
    const asked: AttemptQuery = { limit: DEFAULT_LIMIT, ...given, place: placeIn(at) };
    return (shard) => shard.attempts(workflow, id, asked);
  }
  if (at !== undefined) return undefined;
  if (what === "steps" || what === "events") {
    const asked: PageQuery = { after: 0, limit: DEFAULT_LIMIT, ...readQuery(query, { after: place, limit }) };
    return (shard) => shard[what](workflow, id, asked);
  }
  if (what === "history") {
    const given = readQuery(query, { after: text, limit, waitMs: wholeNumber(0, MAX_WAIT_MS) });
    const asked: HistoryViewQuery = { limit: DEFAULT_LIMIT, waitMs: 0, ...given };
    return (shard) => shard.historyView(workflow, id, asked);
  }
  return undefined;
}

function placeIn(path: string): number {
  if (!/^[1-9]\d{0,15}$/.test(path)) throw new Problem(404, `A step has a place, a number from 1; "${path}" is none.`);
  return Number(path);
}

/** Any shard asks all the others; when one does not answer, it says so. */
async function overall<T>(shards: EngineShards, ask: (shard: Shard) => Promise<Read<T>>): Promise<T> {
  return valueOf(await reached("Shard 0", ask(shards.at(0))));
}

async function reached<T>(who: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(503, `${who} did not answer: ${reason}`);
  }
}

const STATUS: Readonly<Record<"invalid" | "notFound" | "unavailable", number>> = {
  invalid: 400,
  notFound: 404,
  unavailable: 503,
};

function valueOf<T>(read: Read<T>): T {
  if (read.ok) return read.value;
  throw new Problem(STATUS[read.reason], read.message);
}

/** Parts are decoded one by one, so that an id may hold a slash. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Problem(400, `"${part}" in the path is not encoded correctly: a "%" is written %25.`);
  }
}
