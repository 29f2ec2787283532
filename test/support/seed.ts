/**
 * The seed of a test that draws lots: fixed, so that a build does today what it did yesterday, unless `PAWL_SEED` gives
 * another (a number, or `random`). Printed, so that it can be given back.
 */
export function seedFor(test: string): number {
  const given = process.env["PAWL_SEED"] ?? "1";
  const seed = given === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`PAWL_SEED is "${given}": give a whole number, or "random".`);
  process.stdout.write(`${test}: PAWL_SEED=${seed}\n`);
  return seed;
}
