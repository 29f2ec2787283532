import { post } from "../driver/call.ts";
import { type Context, repeat, type Sizes, sizeFor, timed, type Work } from "../works/work.ts";

/** So many operations of the bare Worker a second, asked for by one request. */
function rate(
  name: string,
  title: string,
  metric: string,
  operation: string,
  sizes: Sizes<number>,
  asked: (size: number) => { body: Record<string, unknown>; operations: number },
  prepare?: (context: Context) => Promise<unknown>,
): Work {
  return {
    name,
    title,
    needs: [],
    metrics: [{ name: metric, unit: "1/s", better: "more" }],
    async measure(context) {
      const { body, operations } = asked(sizeFor(context, sizes));
      await prepare?.(context);
      const values = await repeat(context, async () => {
        const ms = await timed(() => post(`${context.running.url}/${operation}`, body));
        return { [metric]: (operations / ms) * 1000 };
      });
      return { values };
    },
  };
}

export const limitInserts = rate(
  "limit-inserts",
  "rows inserted into one Durable Object, 1,000 a turn and commit",
  "inserts",
  "inserts",
  { full: 50_000, quick: 500 },
  (rows) => ({ body: { rows }, operations: rows }),
);

export const limitJoined = rate(
  "limit-joined",
  "rows inserted after 1 ms of I/O each by 1,000 chains of 20, joined per poll cycle",
  "inserts",
  "joined",
  { full: 1000, quick: 20 },
  (count) => ({ body: { count, rows: 20, ioMs: 1 }, operations: count * 20 }),
);

export const limitRpc = rate(
  "limit-rpc",
  "calls of a Durable Object's method, one after the other",
  "calls",
  "rpc",
  { full: 20_000, quick: 200 },
  (count) => ({ body: { count }, operations: count }),
);

export const limitRpcInserts = rate(
  "limit-rpc-inserts",
  "calls that insert a row, 50 at a time, each answered when its row is on disk",
  "calls",
  "rpc-inserts",
  { full: 10_000, quick: 200 },
  (count) => ({ body: { count, atOnce: 50 }, operations: count }),
);

const STORED = { full: 10_000, quick: 500 };

export const limitReads = rate(
  "limit-reads",
  "rows read in order of their key",
  "rows",
  "reads",
  STORED,
  (rows) => ({ body: { count: 20, rows }, operations: rows * 20 }),
  (context) => post(`${context.running.url}/inserts`, { rows: sizeFor(context, STORED) }),
);
