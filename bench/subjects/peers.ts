import type { Operation } from "../operations.ts";
import { peerVersion } from "./peer-install.ts";
import { type RunningPeer, startPeer } from "./peer-process.ts";
import { postgresBinaries } from "./postgres.ts";
import { type Subject, type SubjectName, Unavailable } from "./subject.ts";

const COMMON: readonly Operation[] = [
  "chains",
  "visits",
  "create",
  "settled",
  "sleepers",
  "lateness",
  "listen",
  "event",
];

/** Restate's server with its SDK for Node. */
export const restate = peer("restate", "Restate", "@restatedev/restate-server", {
  operations: [...COMMON, "hold", "long", "restart"],
  slow: false,
  // Its server's `concurrent-invocations-limit`.
  mostLive: 1000,
  start: () => startPeer("restate"),
});

/** openworkflow on SQLite. It holds as many runs at once as its worker has places, and 1,000 steps in a run. */
export const openworkflow = peer("openworkflow", "openworkflow on SQLite", "openworkflow", {
  operations: COMMON,
  slow: true,
  start: () => startPeer("openworkflow"),
});

/** DBOS on a PostgreSQL server of its own. */
export const dbos = peer("dbos", "DBOS on PostgreSQL", "@dbos-inc/dbos-sdk", {
  operations: [...COMMON, "hold"],
  slow: true,
  async start() {
    const binaries = await postgresBinaries();
    if (binaries === undefined) {
      throw new Unavailable("no PostgreSQL server was found on this machine; on Debian: apt-get install postgresql");
    }
    return startPeer("dbos", [binaries]);
  },
});

interface PeerParts extends Pick<Subject, "operations" | "slow" | "mostLive"> {
  readonly start: () => Promise<RunningPeer>;
}

function peer(name: SubjectName, title: string, packageName: string, parts: PeerParts): Subject {
  const { start } = parts;
  return {
    ...parts,
    name,
    async facts() {
      // Whether it runs here is best known from running it; and it says itself what it calls durable.
      const running = await start();
      await running.stop();
      return { name, title, version: await peerVersion(packageName), durability: running.durability };
    },
  };
}
