import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CampaignResult, runCampaign } from "../campaign.ts";
import type { Violation } from "../check/violation.ts";
import { Killer } from "../load/killer.ts";
import { copyPackage } from "./copy-package.ts";
import type { Variant } from "./variants.ts";

export interface Caught extends CampaignResult {
  /** The first violation of an invariant that the variant breaks; undefined when it got through. */
  readonly first: Violation | undefined;
  readonly seconds: number;
}

/** Runs a short campaign on a broken engine, until something is found. */
export async function catchVariant(variant: Variant, seed: number): Promise<Caught> {
  const startedAt = Date.now();
  const folder = await mkdtemp(join(tmpdir(), `pawl-${variant.name}-`));
  try {
    const result = await runCampaign({
      seed,
      durationMs: variant.durationMs ?? 20_000,
      minKills: 1,
      actors: 80,
      style: { longWaits: variant.needsLongWaits === true ? { share: 0.5, ms: [11_000, 12_000] } : undefined },
      trouble: (surroundings) => new Killer(surroundings, [200, 1000]),
      lateMs: 6000,
      cli: await copyPackage(join(folder, "package"), variant.patches),
      folder,
      stopsAt: variant.violates,
    });
    const first = result.violations.find(({ invariant }) => variant.violates.includes(invariant));
    return { ...result, first, seconds: Math.round((Date.now() - startedAt) / 1000) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
