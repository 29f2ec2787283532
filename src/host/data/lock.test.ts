import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataDirectoryBusyError } from "../errors.ts";
import { lockDirectory } from "./lock.ts";
import { processCommand, processIdentity } from "./process-identity.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pawl-lock-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** A pid that was somebody's a moment ago. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  return child.pid ?? -1;
}

test("one process at a time; the error names it and where it serves", async () => {
  const lock = await lockDirectory(directory);
  await lock.update({ url: "http://127.0.0.1:1" });
  const refusal = lockDirectory(directory);
  await expect(refusal).rejects.toThrow(DataDirectoryBusyError);
  await expect(refusal).rejects.toMatchObject({ pid: process.pid, url: "http://127.0.0.1:1" });
  await lock.release();
  await (await lockDirectory(directory)).release();
  expect(await readdir(directory)).toEqual([]);
});

test("of many that ask at once, one gets it", async () => {
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("of many that find a stale lock, one takes it over", async () => {
  await writeFile(join(directory, "lock"), JSON.stringify({ pid: await deadPid(), identity: "gone" }));
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await readdir(directory)).toEqual(["lock"]);
});

test("a lock of a dead process is taken over, with what it says about its workerd", async () => {
  const workerd = { pid: 1, identity: "then" };
  await writeFile(join(directory, "lock"), JSON.stringify({ pid: await deadPid(), identity: "gone", workerd }));
  const lock = await lockDirectory(directory);
  expect(lock.former?.workerd).toEqual(workerd);
  await lock.release();
});

test("a pid that was handed out again does not hold the lock", async () => {
  await writeFile(join(directory, "lock"), JSON.stringify({ pid: process.pid, identity: "started at another time" }));
  const lock = await lockDirectory(directory);
  expect(lock.former?.identity).toBe("started at another time");
  await lock.release();
});

test.each(["", "{", "[]", '{"pid":"1"}'])("what is no lock of ours does not hold it: %j", async (text) => {
  await writeFile(join(directory, "lock"), text);
  const lock = await lockDirectory(directory);
  expect(lock.former).toBeUndefined();
  await lock.release();
});

test("nothing comes back after the release", async () => {
  const lock = await lockDirectory(directory);
  const updated = lock.update({ url: "http://late" });
  await lock.release();
  await lock.update({ url: "http://later" });
  await updated;
  await expect(readFile(join(directory, "lock"))).rejects.toThrow("ENOENT");
});

test("a process is told by its start, and its command line can be read", async () => {
  expect(await processIdentity(process.pid)).toBe(await processIdentity(process.pid));
  expect(await processIdentity(process.pid)).not.toBe(await processIdentity(process.ppid));
  expect(await processIdentity(await deadPid())).toBeUndefined();
  expect(await processCommand(process.pid)).toContain("node");
});
