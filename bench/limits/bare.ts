import { join } from "node:path";
import { bundleWorker } from "../../test/support/cloudflare/bundle.ts";
import { serveOnWorkerd } from "../../test/support/cloudflare/workerd.ts";
import { REPOSITORY } from "../../test/support/repository.ts";
import { newFolder, removeFolder } from "../driver/folders.ts";
import type { Running } from "../subjects/index.ts";

/** Serves `bench/limits/bare` on stock workerd: Durable Objects with no engine in them. */
export async function startBare(): Promise<Running> {
  const folder = await newFolder("bare");
  const served = await serveOnWorkerd(
    {
      name: "bare",
      script: await bundleWorker(join(REPOSITORY, "bench", "limits", "bare", "worker.ts")),
      compatibilityDate: "2026-04-26",
      compatibilityFlags: ["no_web_socket_compression"],
      workflows: [],
      objects: [{ binding: "Bare", className: "Bare" }],
    },
    folder,
  );
  return {
    url: served.url,
    pids: async () => (served.pid === undefined ? [] : [served.pid]),
    async stop() {
      await served.stop();
      await removeFolder(folder);
    },
  };
}
