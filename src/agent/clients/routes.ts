import type { ClientMessage } from "../protocol.ts";
import { Refusal } from "../refusal.ts";
import { readJson } from "./read-body.ts";
import { checkMessage } from "./read-message.ts";

/** What an HTTP request asks for. */
export type Route =
  | { kind: "message"; message: ClientMessage }
  /** The state, and nothing else. */
  | { kind: "state" }
  /** Whatever else is asked with GET: the agent says that it is there. */
  | { kind: "greeting" };

/** `…/runs`, `…/runs/<id>` and `…/runs/<id>/<what>` at the end of a path. */
const RUNS = /\/runs(?:\/(?<id>[^/]+)(?:\/(?<what>[a-z]+))?)?\/?$/;
const POSTED: Readonly<Record<string, ClientMessage["type"]>> = {
  pause: "pause",
  resume: "resume",
  cancel: "cancel",
  restart: "restart",
  approve: "approve",
  reject: "reject",
  events: "sendEvent",
};

/**
 * Reads an HTTP request as the message that would ask the same.
 *
 * | Request | Asks |
 * | --- | --- |
 * | `POST …/start` | `start`, the rest of the message as body |
 * | `GET …/state` | the state |
 * | `GET …/runs?before=&limit=` | `runs` |
 * | `GET …/runs/<id>` | `run` |
 * | `DELETE …/runs/<id>` | `delete` |
 * | `GET …/runs/<id>/status` | `status` |
 * | `GET …/runs/<id>/results?from=&limit=` | `results` |
 * | `POST …/runs/<id>/pause`, `resume`, `cancel`, `restart` | the same |
 * | `POST …/runs/<id>/approve`, `reject` | the same, the rest of the message as body |
 * | `POST …/runs/<id>/events` | `sendEvent`, the event as body |
 *
 * @throws Refusal
 */
export async function routeOf(request: Request, maxBytes: number): Promise<Route> {
  const url = new URL(request.url);
  const { method } = request;
  if (method === "POST" && url.pathname.endsWith("/start")) {
    return message({ ...objectOf(await readJson(request, maxBytes)), type: "start" });
  }
  if (method === "GET" && url.pathname.endsWith("/state")) return { kind: "state" };
  const found = RUNS.exec(url.pathname)?.groups;
  if (found !== undefined) return message(await runsMessage(request, url, found["id"], found["what"], maxBytes));
  if (method === "GET") return { kind: "greeting" };
  throw nothing(request, url);
}

async function runsMessage(
  request: Request,
  url: URL,
  id: string | undefined,
  what = "",
  maxBytes: number,
): Promise<unknown> {
  const { method } = request;
  if (id === undefined) {
    if (method === "GET") return { type: "runs", ...numbers(url, "before", "limit") };
    throw nothing(request, url);
  }
  const instanceId = decode(id);
  if (method === "DELETE" && what === "") return { type: "delete", instanceId };
  if (method === "GET" && what === "") return { type: "run", instanceId };
  if (method === "GET" && what === "status") return { type: "status", instanceId };
  if (method === "GET" && what === "results") return { type: "results", instanceId, ...numbers(url, "from", "limit") };
  const type = Object.hasOwn(POSTED, what) ? POSTED[what] : undefined;
  if (method !== "POST" || type === undefined) throw nothing(request, url);
  const body = objectOf(await readJson(request, maxBytes));
  return type === "sendEvent" ? { type, instanceId, event: body } : { ...body, type, instanceId };
}

function message(value: unknown): Route {
  return { kind: "message", message: checkMessage(value) };
}

function nothing({ method }: Request, { pathname }: URL): Refusal {
  return new Refusal("not_found", `There is nothing at ${method} ${pathname.slice(0, 200)}.`);
}

function objectOf(body: unknown): object {
  if (body === undefined) return {};
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  throw new Refusal("malformed", "The request's body is a JSON object.");
}

function numbers(url: URL, ...names: string[]): Record<string, number> {
  const given = names.filter((name) => url.searchParams.has(name));
  return Object.fromEntries(given.map((name) => [name, Number(url.searchParams.get(name))]));
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch (error) {
    throw new Refusal("malformed", `"${id.slice(0, 100)}" is no encoded id.`, { cause: error });
  }
}
