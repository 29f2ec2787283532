import { serveOnMiniflare } from "../../support/cloudflare/miniflare.ts";
import { application, type Host, hostOf } from "./host.ts";

/** This release knows no later date; none of the programs that it witnesses depends on one. */
const COMPATIBILITY_DATES = { now: "2026-04-26", old: "2026-04-26", legacy: "2026-04-20" } as const;

/** Cloudflare's engine as `wrangler dev` runs it, in the newest release for Node 20. */
export async function startMiniflare(): Promise<Host> {
  return hostOf("miniflare", async (profile) => serveOnMiniflare(await application(COMPATIBILITY_DATES[profile])));
}
