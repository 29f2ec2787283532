import type { Found, Verdict } from "./judge.ts";

/** The verdict in a few lines, and every place that makes it fail. */
export function reportOf(verdict: Verdict): string {
  const { programs, comparisons, listed, unlisted, stale, replay, unwitnessed, again } = verdict;
  return [
    `${programs} programs, each on Pawl, on Pawl with a replay between any two steps, and on workerd's engine`,
    `${comparisons} values compared`,
    `${listed.length} differences, listed`,
    `${unlisted.length} differences, not listed`,
    `${stale.length} differences listed that no longer occur`,
    `${replay.length} changed by a replay`,
    `${unwitnessed.length} in which wrangler dev does not do as the table says`,
    ...(again.length === 0 ? [] : [`${again.length} programs were run again, alone: ${again.join(", ")}`]),
    ...showAll("Not listed", unlisted, "workerd", "pawl"),
    ...(stale.length === 0 ? [] : ["", "No longer occur:", ...stale.map((place) => `  ${place}`)]),
    ...showAll("Changed by a replay", replay, "without", "with"),
    ...showAll("Not as the table says", unwitnessed, "wrangler dev", "pawl"),
  ].join("\n");
}

export function isClean({ unlisted, stale, replay, unwitnessed }: Verdict): boolean {
  return [unlisted, stale, replay, unwitnessed].every((list) => list.length === 0);
}

const SHOWN = 600;

function showAll(title: string, found: readonly Found[], left: string, right: string): string[] {
  if (found.length === 0) return [];
  const width = Math.max(left.length, right.length);
  return [
    "",
    `${title}:`,
    ...found.flatMap((divergence) => [
      `  ${divergence.program} ${divergence.path}`,
      `    ${left.padEnd(width)}  ${JSON.stringify(divergence.left).slice(0, SHOWN)}`,
      `    ${right.padEnd(width)}  ${JSON.stringify(divergence.right).slice(0, SHOWN)}`,
    ]),
  ];
}
