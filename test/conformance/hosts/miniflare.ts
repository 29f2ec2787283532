import { Miniflare } from "miniflare";
import { bundleApp } from "./bundle.ts";
import { type Host, type Profile, WORKFLOWS } from "./host.ts";

/** This release knows no later date; none of the programs that it witnesses depends on one. */
const COMPATIBILITY_DATES = { now: "2026-04-26", old: "2026-04-01" } as const;

/** Cloudflare's engine as `wrangler dev` runs it, in the newest release for Node 20. */
export async function startMiniflare(): Promise<Host> {
  const script = await bundleApp();
  const workflows = Object.fromEntries(
    WORKFLOWS.map(({ binding, name, className, ...more }) => [
      binding,
      { name, className, ...("steps" in more && { stepLimit: more.steps }) },
    ]),
  );
  const start = (profile: Profile): Miniflare =>
    new Miniflare({
      name: "conformance",
      modules: [{ type: "ESModule", path: "main.js", contents: script }],
      compatibilityDate: COMPATIBILITY_DATES[profile],
      workflows,
    });
  const instances = { now: start("now"), old: start("old") };
  const [now, old] = await Promise.all([instances.now.ready, instances.old.ready]);
  const base = (url: URL): string => url.href.replace(/\/$/, "");
  return {
    name: "miniflare",
    urls: { now: base(now), old: base(old) },
    stop: async () => {
      await Promise.all([instances.now.dispose(), instances.old.dispose()]);
    },
  };
}
