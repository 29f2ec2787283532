import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { REPOSITORY } from "../../test/support/repository.ts";
import { newFolder, removeFolder } from "../driver/folders.ts";
import { treesOf } from "../driver/processes.ts";
import { peerNode } from "./peer-install.ts";
import { type Running, Unavailable } from "./subject.ts";

const READY_WITHIN_MS = 90_000;
const KEPT_OUTPUT = 4000;

/** What a program in `bench/peers` says of itself when it is ready; see `serve.mjs` there. */
interface Ready {
  readonly event: "ready";
  readonly url: string;
  readonly durability: string;
  readonly pids: readonly number[];
}

/** A peer that runs, and what it calls durable. */
export interface RunningPeer extends Running {
  readonly durability: string;
}

/** Runs a program of `bench/peers` on new data. @throws Unavailable with what it has written when it does not start */
export async function startPeer(program: string, args: readonly string[] = []): Promise<RunningPeer> {
  const folder = await newFolder(program);
  const child = spawn(await peerNode(), [join(REPOSITORY, "bench", "peers", `${program}.mjs`), folder, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let written = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (written = (written + text).slice(-KEPT_OUTPUT)));
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  // The program and what it has started end when nothing holds their input open any more.
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    await removeFolder(folder);
  };
  const ready = await untilReady(child);
  if (ready === undefined) {
    await stop();
    throw new Unavailable(`${program} did not start: ${written.trim()}`);
  }
  return {
    url: ready.url,
    durability: ready.durability,
    pids: () => treesOf(ready.pids),
    stop,
  };
}

async function untilReady({ stdout }: ChildProcess): Promise<Ready | undefined> {
  if (stdout === null) return undefined;
  const lines = createInterface({ input: stdout });
  const late = setTimeout(() => lines.close(), READY_WITHIN_MS);
  try {
    for await (const line of lines) {
      if (line.startsWith("{") && line.includes('"event":"ready"')) return JSON.parse(line) as Ready;
    }
    return undefined;
  } finally {
    clearTimeout(late);
    // Whatever else it writes must not fill the pipe.
    stdout.resume();
  }
}
