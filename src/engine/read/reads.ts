import { type HistoryPage, type HistoryQuery, REFUSAL, type Reply } from "../protocol.ts";
import { isTerminal } from "../base/status.ts";
import type { Shard } from "../runs/shard.ts";
import { pageLimit } from "./check-query.ts";
import { decodeHistoryCursor, encodeHistoryCursor, readHistory, viewHistory } from "./history.ts";
import { readEvents } from "./read-events.ts";
import type {
  AttemptPage,
  AttemptQuery,
  EventPage,
  HistoryView,
  HistoryViewQuery,
  PageQuery,
  Read,
  RunDetails,
  StepPage,
} from "./read-protocol.ts";
import { describeRun } from "./read-run.ts";
import { readAttempts, readSteps } from "./read-steps.ts";
import { RunReader } from "./run-reader.ts";

const MAX_WAIT_MS = 20_000;

/** What can be read of one run, in the shard that holds it. Each answer is the state of one turn. */
export class Reads {
  readonly #shard: Shard;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  describe(workflow: string, id: string): Read<RunDetails> {
    return this.#read(workflow, id, describeRun);
  }

  steps(workflow: string, id: string, query: PageQuery): Read<StepPage> {
    return this.#read(workflow, id, (reader) => readSteps(reader, checkPage(query)));
  }

  attempts(workflow: string, id: string, query: AttemptQuery): Read<AttemptPage> {
    const reader = RunReader.open(this.#shard, workflow, id);
    if (reader === undefined) return noRun(workflow, id);
    const page = readAttempts(reader, { ...query, limit: pageLimit(query.limit) });
    if (page !== undefined) return { ok: true, value: page };
    return { ok: false, reason: "notFound", message: `Run "${id}" has no step with attempts at place ${query.place}.` };
  }

  events(workflow: string, id: string, query: PageQuery): Read<EventPage> {
    return this.#read(workflow, id, (reader) => readEvents(reader, checkPage(query)));
  }

  /** For `instance.subscribe()`. */
  async history(workflow: string, id: string, query: HistoryQuery): Promise<Reply<HistoryPage>> {
    const limit = pageLimit(query.limit);
    const page = await this.#follow(workflow, id, query.waitMs, (reader) => {
      const read = readHistory(reader, { ...query, limit });
      return { page: read, isEmpty: read.events.length === 0 };
    });
    return page === undefined ? { ok: false, refusal: REFUSAL.notFound } : { ok: true, value: page };
  }

  async historyView(workflow: string, id: string, query: HistoryViewQuery): Promise<Read<HistoryView>> {
    const from = query.after === undefined ? { after: 0 } : decodeHistoryCursor(query.after);
    if (from === undefined) {
      const message = `"${query.after}" is no place in a history: take \`next\` of the page before, as it is.`;
      return { ok: false, reason: "invalid", message };
    }
    const limit = pageLimit(query.limit);
    const page = await this.#follow(workflow, id, query.waitMs, (reader) => {
      const { entries, mark, skip, isOver } = viewHistory(reader, { ...from, limit });
      const next = isOver ? null : encodeHistoryCursor(mark, skip);
      return { page: { entries, next, rowsRead: reader.sql.rowsRead }, isEmpty: entries.length === 0 };
    });
    return page === undefined ? noRun(workflow, id) : { ok: true, value: page };
  }

  /**
   * A page of a run's history. Where there is nothing to read and the run goes on, the answer waits for up to `waitMs`,
   * so that a follower needs no polling.
   */
  async #follow<Page>(
    workflow: string,
    id: string,
    waitMs: number,
    read: (reader: RunReader) => { page: Page; isEmpty: boolean },
  ): Promise<Page | undefined> {
    const until = Date.now() + Math.min(waitMs, MAX_WAIT_MS);
    for (;;) {
      const reader = RunReader.open(this.#shard, workflow, id);
      if (reader === undefined) return undefined;
      const { page, isEmpty } = read(reader);
      if (!isEmpty || isTerminal(reader.head.status) || Date.now() >= until) return page;
      await this.#nextChange(reader.head.run, until);
    }
  }

  #nextChange(run: number, until: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        unwatch();
        this.#shard.timers.cancel(timer);
        resolve();
      };
      const unwatch = this.#shard.watch(run, finish);
      const timer = this.#shard.timers.add(until, finish);
    });
  }

  #read<T>(workflow: string, id: string, read: (reader: RunReader) => T): Read<T> {
    const reader = RunReader.open(this.#shard, workflow, id);
    return reader === undefined ? noRun(workflow, id) : { ok: true, value: read(reader) };
  }
}

function checkPage({ after, limit }: PageQuery): PageQuery {
  return { after: Math.max(0, after), limit: pageLimit(limit) };
}

function noRun(workflow: string, id: string): Read<never> {
  return { ok: false, reason: "notFound", message: `There is no run "${id}" of workflow "${workflow}".` };
}
