import { setTimeout as delay } from "node:timers/promises";
import type { Posted } from "../../fixtures/chaos-app/protocol.ts";
import type { BoardView, LifeRecord } from "../record/record.ts";
import type { Stage } from "./stage.ts";

/** As many as a page has. */
const PAGE = 200;
/** How soon an agent that has accepted a start creates the run when nobody asks for it, and some time for starts of the server. */
const CREATED_WITHIN_MS = 60_000;

/** What a board shows of a run, with every result; `unknown` when it knows no such run. */
export async function readBoard({ client }: Stage, { run, plan }: LifeRecord): Promise<BoardView | "unknown"> {
  const path = `/agents/board/${plan.hub}/runs/${encodeURIComponent(run)}`;
  const shown = (await client.get(path)) as { run: { status: string; totalResults: number } } | undefined;
  if (shown === undefined) return "unknown";
  const results: Posted[] = [];
  for (;;) {
    const page = (await client.get(`${path}/results?from=${results.length}&limit=${PAGE}`)) as
      | { results: Posted[]; total: number }
      | undefined;
    results.push(...(page?.results ?? []));
    if (page === undefined || page.results.length === 0 || results.length >= page.total) break;
  }
  return { status: shown.run.status, total: shown.run.totalResults, results };
}

/** What an agent has accepted is created, however late, when its answer was lost: as long as it says that it will be. */
export async function untilCreated(stage: Stage, life: LifeRecord): Promise<void> {
  const until = Date.now() + CREATED_WITHIN_MS + stage.patienceMs;
  while (Date.now() < until) {
    const view = await readBoard(stage, life);
    if (view === "unknown" || view.status !== "running" || (await stage.client.status(life)) !== "gone") return;
    await delay(250);
  }
}

/** What the board of a run that has ended says of it, as soon as it agrees, or when there is no more patience. */
export async function readEnd(stage: Stage, life: LifeRecord, isAgreed: (view: BoardView) => boolean): Promise<void> {
  const until = Date.now() + stage.patienceMs;
  for (;;) {
    const view = await readBoard(stage, life);
    life.board = view;
    if (view === "unknown" || isAgreed(view) || Date.now() > until) return;
    await delay(200);
  }
}
