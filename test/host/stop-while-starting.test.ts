import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, constants, existsSync, openSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { CLI, temporaryDirectory, untilGone } from "../support/server.ts";
import { counterApp } from "./apps.ts";

let data: string;
beforeEach(async () => {
  data = join(await temporaryDirectory("data"), "data");
});

interface Start {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly stdout: () => string;
}

function start(project: string): Start {
  const child = spawn(process.execPath, [CLI, "start", project, "--port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  return { child, ended, stdout: () => stdout };
}

describe("a build that takes its time", () => {
  let project: string;
  beforeEach(async () => {
    project = await counterApp({
      config: { build: { command: "echo $$ > shell; sleep 600 & echo $! > sleep; wait" } },
    });
  });

  /** Processes of the build, once it runs. */
  async function building(): Promise<number[]> {
    const pids = () => ["shell", "sleep"].map((name) => Number(readFileSync(join(project, name), "utf8")));
    return vi.waitFor(
      () => {
        const found = pids();
        expect(found.every((pid) => pid > 0)).toBe(true);
        return found;
      },
      { timeout: 30_000 },
    );
  }

  test.each(["SIGINT", "SIGTERM"] as const)("ends on one %s with exit code 0 and nothing left", async (signal) => {
    const { child, ended } = start(project);
    const pids = await building();
    child.kill(signal);
    expect(await ended).toEqual({ code: 0, signal: null });
    for (const pid of pids) await untilGone(pid);
    await expect(stat(join(data, "lock"))).rejects.toThrow("ENOENT");
  });

  test("dies with a pawl that is killed", async () => {
    const { child, ended } = start(project);
    const pids = await building();
    child.kill("SIGKILL");
    expect(await ended).toEqual({ code: null, signal: "SIGKILL" });
    for (const pid of pids) await untilGone(pid);
  });

  test("dies on a second signal", async () => {
    // It takes no hint, so that there is time for a second one.
    project = await counterApp({
      config: { build: { command: "trap '' TERM; echo $$ > shell; sleep 600 & echo $! > sleep; wait" } },
    });
    const { child, ended, stdout } = start(project);
    const pids = await building();
    child.kill("SIGTERM");
    await vi.waitFor(() => expect(stdout()).toContain("SIGTERM: stopping"), { timeout: 20_000 });
    child.kill("SIGINT");
    expect(await ended).toEqual({ code: null, signal: "SIGTERM" });
    for (const pid of pids) await untilGone(pid);
  });

  test("goes on when the terminal hangs up on a pawl that has none", async () => {
    const { child, ended } = start(project);
    await building();
    child.kill("SIGHUP");
    child.kill("SIGINT");
    expect(await ended).toEqual({ code: 0, signal: null });
  });
});

test("a start that hangs where nothing can call it back is ended all the same", async () => {
  const project = await counterApp();
  // Reading it waits for a writer, in a thread that Node does not let go of.
  const pipe = join(project, ".dev.vars");
  execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', pipe]);
  const { child, ended, stdout } = start(project);
  // It can be opened without waiting as soon as somebody wants to read it.
  const writer = await vi.waitFor(() => openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK), { timeout: 30_000 });
  onTestFinished(() => closeSync(writer));
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: null, signal: "SIGTERM" });
  expect(stdout()).toContain("SIGTERM: stopping");
  expect(existsSync(data)).toBe(false);
});
