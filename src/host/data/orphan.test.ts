import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { endOrphan } from "./orphan.ts";
import { processIdentity } from "./process-identity.ts";

const DIRECTORY = "/somewhere/data";
let child: ChildProcess;
let exit: Promise<NodeJS.Signals | null>;

/** A process whose command line looks like workerd's for a data directory. */
async function run(...commandLine: string[]): Promise<void> {
  child = spawn(process.execPath, ["-e", "console.log(); setInterval(() => undefined, 1000)", ...commandLine]);
  exit = new Promise((resolve) => {
    child.once("exit", (_, signal) => resolve(signal));
  });
  // Its command line is its own once it runs.
  await new Promise((resolve) => child.stdout?.once("data", resolve));
}
beforeEach(() => run("workerd", "serve", `${DIRECTORY}/build/workerd.capnp`));
afterEach(async () => {
  child.kill("SIGKILL");
  await exit;
});

async function record(changes: { identity?: string } = {}) {
  const pid = child.pid ?? -1;
  const identity = changes.identity ?? (await processIdentity(pid)) ?? "";
  return { pid: 1, identity: "", workerd: { pid, identity } };
}

test("a workerd that was left behind is ended", async () => {
  expect(await endOrphan(await record(), DIRECTORY)).toBe(child.pid);
  expect(await exit).toBe("SIGKILL");
});

describe("left alone", () => {
  test("a process that was started at another time", async () => {
    expect(await endOrphan(await record({ identity: "another" }), DIRECTORY)).toBeUndefined();
    expect(await processIdentity(child.pid ?? -1)).toBeDefined();
  });

  test("a process that works on another directory", async () => {
    expect(await endOrphan(await record(), "/elsewhere")).toBeUndefined();
    expect(await processIdentity(child.pid ?? -1)).toBeDefined();
  });

  test("everything, when nothing is known", async () => {
    expect(await endOrphan(undefined, DIRECTORY)).toBeUndefined();
    expect(await endOrphan({ pid: 1, identity: "" }, DIRECTORY)).toBeUndefined();
  });
});
