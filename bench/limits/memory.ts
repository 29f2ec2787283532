import { post } from "../driver/call.ts";
import { settledMemory } from "../driver/memory.ts";
import { sizeFor, type Work } from "../works/work.ts";

/** What an open `await` costs by itself. Once, since memory that was taken is not given back. */
export const limitMemory: Work = {
  name: "limit-memory",
  title: "memory of an async function that waits",
  needs: [],
  metrics: [{ name: "waiting function", unit: "KB", better: "less" }],
  async measure(context) {
    const { running } = context;
    const count = sizeFor(context, { full: 50_000, quick: 2000 });
    const pids = await running.pids();
    const before = await settledMemory(pids, context.quick);
    await post(`${running.url}/hold`, { count });
    const after = await settledMemory(pids, context.quick);
    return { values: { "waiting function": [(after - before) / count / 1024] } };
  },
};
