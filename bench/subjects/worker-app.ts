import { join } from "node:path";
import type { Application } from "../../test/support/cloudflare/application.ts";
import { bundleWorker } from "../../test/support/cloudflare/bundle.ts";
import { REPOSITORY } from "../../test/support/repository.ts";
import type { Operation } from "../operations.ts";

export const APP_FOLDER = join(REPOSITORY, "bench", "app");

/** What the application answers, on every engine for Workers. */
export const WORKER_OPERATIONS: readonly Operation[] = [
  "chains",
  "visits",
  "create",
  "createBatch",
  "settled",
  "sleepers",
  "lateness",
  "hold",
  "listen",
  "event",
  "long",
  "restart",
  "agents",
  "update",
];

/** The application as the engines that are not ours are given it: what its wrangler.jsonc says. */
export async function application(): Promise<Application> {
  return {
    name: "bench",
    script: await bundleWorker(join(APP_FOLDER, "worker.ts")),
    compatibilityDate: "2026-04-26",
    compatibilityFlags: ["nodejs_compat", "no_web_socket_compression"],
    workflows: [{ binding: "RUNS", name: "runs", className: "Runs", stepLimit: 25_000 }],
    objects: [{ binding: "BenchAgent", className: "BenchAgent" }],
  };
}
