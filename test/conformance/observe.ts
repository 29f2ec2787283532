import type { Difference } from "./difference.ts";
import { forceReplay, listPrograms, runPrograms } from "./hosts/client.ts";
import type { Host } from "./hosts/host.ts";
import { startMiniflare } from "./hosts/miniflare.ts";
import { startPawl } from "./hosts/pawl.ts";
import { startWorkerd } from "./hosts/workerd.ts";
import type { Observed } from "./judge.ts";

/** Runs every program on our engine, twice, and on Cloudflare's. Takes about half a minute. */
export async function observe(differences: readonly Difference[]): Promise<Observed> {
  const hosts: Host[] = [];
  const started = async (start: Promise<Host>): Promise<Host> => {
    const host = await start;
    hosts.push(host);
    return host;
  };
  try {
    const [pawl, workerd, miniflare] = await Promise.all([
      started(startPawl()),
      started(startWorkerd()),
      started(startMiniflare()),
    ]);
    const programs = await listPrograms(pawl);
    const named = new Set(differences.flatMap(({ kind, where }) => (kind === "engines" ? Object.keys(where) : [])));
    const ours = async (): Promise<Pick<Observed, "pawl" | "replayed">> => {
      const first = await runPrograms(pawl, programs, "p");
      await forceReplay(pawl);
      return { pawl: first, replayed: await runPrograms(pawl, programs, "r") };
    };
    const [both, theirs, witness] = await Promise.all([
      ours(),
      runPrograms(workerd, programs, "p"),
      runPrograms(
        miniflare,
        programs.filter(({ name }) => named.has(name)),
        "p",
      ),
    ]);
    return { programs, ...both, workerd: theirs, miniflare: witness };
  } finally {
    await Promise.all(hosts.map((host) => host.stop()));
  }
}
