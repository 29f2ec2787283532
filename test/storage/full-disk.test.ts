import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Door } from "../support/door.ts";
import { RunningServer } from "../support/server.ts";
import { fileSizeLimit, type FullDisk, smallFileSystem } from "./full-disk.ts";

const PROJECT = fileURLToPath(new URL("../fixtures/storage-app", import.meta.url));
const PATIENCE_MS = 40_000;
const REFUSED = /^WorkflowError: \(storage\.unavailable\) The disk (?:is full|refuses writes): nothing was written\./;
const UNREADABLE = /WorkflowError: \(storage\.unavailable\) .*: the data of the instance cannot be opened\./;
/** More than the disk has left, and than one value of a step or of params may not be. */
const LARGE = 200_000;

interface Case {
  readonly title: string;
  readonly disk: FullDisk;
  readonly state: "full" | "failing";
  /** Whether what is there can still be read. */
  readonly isReadable: boolean;
}

const small = await smallFileSystem();
const quota = "a quota is used up, as a limit of file sizes shows it";
const cases: Case[] = [
  { title: quota, disk: await fileSizeLimit(128 * 1024), state: "failing", isReadable: true },
  { title: "no file can be opened", disk: await fileSizeLimit(4096), state: "failing", isReadable: false },
];
// Only where a small file system can be had. What the engine and the host do about it is the same in the other cases.
if (small !== undefined) cases.push({ title: "no room is left", disk: small, state: "full", isReadable: true });

describe.each(cases)("while $title", ({ disk, state, isReadable }) => {
  let server: RunningServer;
  let door: Door;
  let pid: number;
  /** Instances whose creation was acknowledged. */
  const accepted: string[] = [];
  /** Instances whose creation was refused. */
  const refused: string[] = [];

  async function call(method: string, args: unknown[], id?: string): Promise<unknown> {
    const response = await fetch(server.url, { method: "POST", body: JSON.stringify({ method, args, id }) });
    const { value, error } = (await response.json()) as { value?: unknown; error?: { message: string } };
    if (error !== undefined) throw new Error(error.message);
    return value;
  }

  async function create(id: string, params: object): Promise<boolean> {
    try {
      await call("create", [{ id, params }]);
      accepted.push(id);
      return true;
    } catch (error) {
      if (!(error instanceof Error) || !REFUSED.test(error.message)) throw error;
      refused.push(id);
      return false;
    }
  }

  async function statusOf(
    id: string,
  ): Promise<{ status: string; output: { attempts: number[]; received: unknown[] } }> {
    return (await call("status", [], id)) as Awaited<ReturnType<typeof statusOf>>;
  }

  async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (!(await condition())) {
      if (Date.now() > giveUpAt) throw new Error(`Waited in vain until ${what}; the server said:\n${server.output()}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }

  const isComplete = async (id: string) => (await statusOf(id)).status === "complete";

  beforeAll(async () => {
    server = new RunningServer(PROJECT, disk.dataDir, { args: ["--shards", "2"] });
    await server.restart();
    door = new Door(disk.dataDir);
    pid = await server.workerdPid();
    await create("early", { steps: 2 });
    await create("listening", { events: 2 });
    await create("working", { steps: 40, ms: 100, bytes: 20_000 });
    await until("the first one has ended", () => isComplete("early"));
    await call("sendEvent", [{ type: "go", payload: "before" }], "listening");
    await disk.fill(server);
  });
  afterAll(async () => {
    await server.stop();
    await disk.remove();
  });

  test("creations are refused at once, and say why", async () => {
    let tries = 0;
    await until("a creation is refused", async () => !(await create(`try-${tries++}`, { bytes: LARGE })));
    // Ids of both shards.
    for (let i = 0; i < 20; i++) await create(`during-${i}`, { steps: 2, bytes: LARGE });
    const event = { type: "go", payload: "x".repeat(LARGE) };
    await expect(call("sendEvent", [event], "listening")).rejects.toThrow(isReadable ? REFUSED : "storage.unavailable");
  });

  test("the log says so once, and the door as long as it lasts", async () => {
    const told = await server.logged(({ event }) => event === `storage_${state}`);
    expect(told).toMatchObject({ level: "error", source: "pawl", dataDirectory: disk.dataDir });
    expect(told.message).toContain(disk.dataDir);
    await until("the door says so", async () => !(await door.read<{ ok: boolean }>("/health")).ok);
    expect(await door.read("/health")).toMatchObject({ storage: { state, path: disk.dataDir } });
  });

  test(`what is there can ${isReadable ? "" : "not "}be read`, async () => {
    const read = async (id: string) => statusOf(id).then(({ status }) => status, String);
    expect(await read("early")).toMatch(isReadable ? /^complete$/ : UNREADABLE);
    expect(await read("working")).toMatch(isReadable ? /^running$/ : UNREADABLE);
  });

  test("an object of the application that cannot write fails for its caller alone", async () => {
    const entered = await fetch(`${server.url}/large`, { method: "PUT", body: "x".repeat(LARGE) });
    expect(entered.status).toBe(507);
    expect(await entered.text()).toMatch(/SQLITE_(?:FULL|IOERR)|internal error/);
  });

  test("with room again the server goes on by itself, and all that was accepted comes to its end, once", async () => {
    await disk.free(server);
    await server.logged(({ event }) => event === "storage_ok");
    await until("the door says so", async () => (await door.read<{ ok: boolean }>("/health")).ok);
    expect(await server.workerdPid()).toBe(pid);
    await call("sendEvent", [{ type: "go", payload: "after" }], "listening");
    for (const id of accepted) await until(`${id} has ended`, () => isComplete(id));
    // E4: an event that was refused has not been delivered all the same.
    expect((await statusOf("listening")).output.received).toEqual(["before", "after"]);
    // E8: it cost no attempt.
    expect((await statusOf("working")).output.attempts).toEqual(Array.from({ length: 40 }, () => 1));
    // E9: what was refused was not done.
    for (const id of refused) await expect(statusOf(id)).rejects.toThrow("instance.not_found");
  });

  test("of all the writes that failed there are few lines in the log", () => {
    const loud = server.log().filter(({ level }) => level === "error" || level === "warn");
    expect(loud.filter(({ event }) => event === `storage_${state}`)).toHaveLength(1);
    // Told by the application's side of things, step by step and once each.
    expect(loud.length).toBeLessThan(10);
  });

  test("E2: what was acknowledged is there after a kill -9 in the middle of it", async () => {
    await create("late", { steps: 20, ms: 100, bytes: 20_000 });
    await disk.fill(server);
    let tries = 0;
    await until("a creation is refused", async () => !(await create(`late-${tries++}`, { bytes: LARGE })));
    await server.kill9();
    await disk.free(server);
    await server.restart();
    for (const id of accepted) await until(`${id} has ended`, () => isComplete(id));
    for (const id of refused) await expect(statusOf(id)).rejects.toThrow("instance.not_found");
  });
});
