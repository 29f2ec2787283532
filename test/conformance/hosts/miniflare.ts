import type { Served } from "../../support/cloudflare/application.ts";
import { serveOnMiniflare } from "../../support/cloudflare/miniflare.ts";
import { application, type Host } from "./host.ts";

/** This release knows no later date; none of the programs that it witnesses depends on one. */
const COMPATIBILITY_DATES = { now: "2026-04-26", old: "2026-04-01" } as const;

/** Cloudflare's engine as `wrangler dev` runs it, in the newest release for Node 20. */
export async function startMiniflare(): Promise<Host> {
  const start = async (date: string): Promise<Served> => serveOnMiniflare(await application(date));
  const [now, old] = await Promise.all([start(COMPATIBILITY_DATES.now), start(COMPATIBILITY_DATES.old)]);
  return {
    name: "miniflare",
    urls: { now: now.url, old: old.url },
    stop: async () => {
      await Promise.all([now.stop(), old.stop()]);
    },
  };
}
