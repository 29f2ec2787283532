import { fileURLToPath } from "node:url";
import type { Application, Served } from "../../support/cloudflare/application.ts";
import { bundleWorker } from "../../support/cloudflare/bundle.ts";

export const APP_FOLDER = fileURLToPath(new URL("../app/", import.meta.url));

/** The application's compatibility dates; see its wrangler.jsonc. */
export const DATES = { now: "2026-11-01", old: "2026-05-13", legacy: "2026-04-20" } as const;

export type Profile = keyof typeof DATES;

/** Its workflows; see its wrangler.jsonc. */
const WORKFLOWS = [
  { binding: "PROGRAMS", name: "programs", className: "Programs" },
  { binding: "SHORT", name: "short", className: "Short", stepLimit: 3 },
] as const;

/** The conformance application, served on one engine. */
export interface Host {
  readonly name: string;
  /** Base URL of the application under each of its compatibility dates. */
  readonly urls: Readonly<Record<Profile, string>>;
  stop(): Promise<void>;
}

/** It as the engines that are not ours are given it. */
export async function application(compatibilityDate: string): Promise<Application> {
  const script = await bundleWorker(`${APP_FOLDER}main.ts`);
  return { name: "conformance", script, compatibilityDate, workflows: WORKFLOWS };
}

/** It served under each of its dates. */
export async function hostOf(name: string, serve: (profile: Profile) => Promise<Served>): Promise<Host> {
  const [now, old, legacy] = await Promise.all([serve("now"), serve("old"), serve("legacy")]);
  return {
    name,
    urls: { now: now.url, old: old.url, legacy: legacy.url },
    stop: async () => {
      await Promise.all([now.stop(), old.stop(), legacy.stop()]);
    },
  };
}
