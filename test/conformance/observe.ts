import type { Difference } from "./difference.ts";
import { forceReplay, type Listed, listPrograms, runPrograms } from "./hosts/client.ts";
import type { Host } from "./hosts/host.ts";
import { startMiniflare } from "./hosts/miniflare.ts";
import { startPawl } from "./hosts/pawl.ts";
import { startWorkerd } from "./hosts/workerd.ts";
import { judge, type Observed, type Outcomes, suspects } from "./judge.ts";

interface Engines {
  readonly pawl: Host;
  readonly workerd: Host;
  readonly miniflare: Host;
}

/** Most programs wait most of the time. */
const AT_ONCE = 10;
/** How often a program that did not come out as the table says is run again, alone. */
const AGAIN = 2;

/** Runs every program on our engine, twice, and on Cloudflare's. Takes about half a minute. */
export async function observe(differences: readonly Difference[]): Promise<Observed> {
  const starting = { pawl: startPawl(), workerd: startWorkerd(), miniflare: startMiniflare() };
  try {
    const [pawl, workerd, miniflare] = await Promise.all([starting.pawl, starting.workerd, starting.miniflare]);
    const engines = { pawl, workerd, miniflare };
    const programs = await listPrograms(pawl);
    const witnessed = new Set(differences.flatMap(({ kind, where }) => (kind === "engines" ? Object.keys(where) : [])));
    const run = async (chosen: readonly Listed[], variant: string, atOnce: number): Promise<Outcomes[]> =>
      runEverywhere(engines, chosen, witnessed, variant, atOnce);

    let observed = observedOf(programs, await run(programs, "", AT_ONCE), []);
    // Programs are about time, and a busy machine has none: what does not happen again was its doing.
    for (let i = 1; i <= AGAIN; i++) {
      const names = suspects(judge(observed, differences));
      if (names.length === 0) break;
      const chosen = programs.filter(({ name }) => names.includes(name));
      observed = observedOf(programs, await run(chosen, String(i), 1), names, observed);
    }
    return observed;
  } finally {
    for (const host of await Promise.allSettled(Object.values(starting))) {
      if (host.status === "fulfilled") await host.value.stop();
    }
  }
}

/** Outcomes on ours, on ours with replays, on workerd's and on miniflare's. */
async function runEverywhere(
  { pawl, workerd, miniflare }: Engines,
  programs: readonly Listed[],
  witnessed: ReadonlySet<string>,
  variant: string,
  atOnce: number,
): Promise<Outcomes[]> {
  const ours = async (): Promise<Outcomes[]> => {
    const first = await runPrograms(pawl, programs, `p${variant}`, atOnce);
    await forceReplay(pawl, true);
    const replayed = await runPrograms(pawl, programs, `r${variant}`, atOnce);
    await forceReplay(pawl, false);
    return [first, replayed];
  };
  const named = programs.filter(({ name }) => witnessed.has(name));
  const [both, theirs, witness] = await Promise.all([
    ours(),
    runPrograms(workerd, programs, `p${variant}`, atOnce),
    runPrograms(miniflare, named, `p${variant}`, atOnce),
  ]);
  return [...both, theirs, witness];
}

const NONE: Outcomes = new Map();

function observedOf(
  programs: readonly Listed[],
  [pawl = NONE, replayed = NONE, workerd = NONE, miniflare = NONE]: readonly Outcomes[],
  again: readonly string[],
  before?: Observed,
): Observed {
  return {
    programs,
    pawl: new Map([...(before?.pawl ?? NONE), ...pawl]),
    replayed: new Map([...(before?.replayed ?? NONE), ...replayed]),
    workerd: new Map([...(before?.workerd ?? NONE), ...workerd]),
    miniflare: new Map([...(before?.miniflare ?? NONE), ...miniflare]),
    again: [...(before?.again ?? []), ...again],
  };
}
