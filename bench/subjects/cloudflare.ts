import type { Served } from "../../test/support/cloudflare/application.ts";
import { serveOnMiniflare } from "../../test/support/cloudflare/miniflare.ts";
import { serveOnWorkerd } from "../../test/support/cloudflare/workerd.ts";
import { newFolder, removeFolder } from "../driver/folders.ts";
import { childrenOf } from "../driver/processes.ts";
import type { Running, Subject } from "./subject.ts";
import { versionIn } from "./versions.ts";
import { application, WORKER_OPERATIONS } from "./worker-app.ts";

const DURABILITY = "SQLite of Durable Objects: every commit is synced; one object and file per instance";

/** Cloudflare's engine as workerd brings it. */
export const workerd: Subject = {
  name: "workerd",
  operations: WORKER_OPERATIONS,
  slow: true,
  async facts() {
    const version = await versionIn("node_modules/workerd");
    return { name: "workerd", title: "Cloudflare's engine in workerd", version, durability: DURABILITY };
  },
  async start(): Promise<Running> {
    const folder = await newFolder("workerd");
    const served = await serveOnWorkerd(await application(), folder);
    return running(served, folder, () => (served.pid === undefined ? [] : [served.pid]));
  },
};

/** Cloudflare's engine as `wrangler dev` runs it. */
export const miniflare: Subject = {
  name: "miniflare",
  // A run of thousands of steps does not come back from a restart of its last one.
  operations: WORKER_OPERATIONS.filter((operation) => operation !== "restart"),
  slow: true,
  // It keeps the database of each run open, and SQLite runs out of memory maps with three thousand of them.
  mostRuns: 200,
  async facts() {
    const version = await versionIn("node_modules/miniflare");
    return { name: "miniflare", title: "Cloudflare's engine in miniflare", version, durability: DURABILITY };
  },
  async start(): Promise<Running> {
    const folder = await newFolder("miniflare");
    const before = new Set(await childrenOf(process.pid));
    const served = await serveOnMiniflare(await application(), folder);
    const pids = (await childrenOf(process.pid)).filter((pid) => !before.has(pid));
    return running(served, folder, () => pids);
  },
};

function running(served: Served, folder: string, pids: () => number[]): Running {
  return {
    url: served.url,
    pids: async () => pids(),
    async stop() {
      await served.stop();
      await removeFolder(folder);
    },
  };
}
