import { writeFile } from "node:fs/promises";
import type { ChaosArgs } from "../args.ts";
import { catchVariant } from "../variants/catch-variant.ts";
import { VARIANTS, variantNamed } from "../variants/variants.ts";

/** Each of the broken engines must be caught. */
export async function variants({ seed, json, variant: name }: ChaosArgs): Promise<number> {
  const chosen = name === undefined ? VARIANTS : [variantNamed(name)];
  const results = [];
  for (const variant of chosen) {
    const { first, seconds, record } = await catchVariant(variant, seed);
    const caught = first !== undefined;
    console.log(
      `${caught ? "caught" : "MISSED"}  ${variant.name} (${variant.breaks}) in ${seconds} s, ${record.kills.length} kills`,
    );
    if (first !== undefined) console.log(`        ${first.invariant}: ${first.what}`);
    results.push({ name: variant.name, caught, seconds, kills: record.kills.length });
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ seed, variants: results }, undefined, 2)}\n`);
  const missed = results.filter(({ caught }) => !caught);
  if (missed.length > 0) console.log(`\nseed ${seed}: ${missed.map(({ name }) => name).join(", ")} got through`);
  return missed.length === 0 ? 0 : 1;
}
