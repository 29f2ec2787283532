import { afterEach, expect, test, vi } from "vitest";
import type { Space } from "./free-space.ts";
import { type StorageState, StorageWatch } from "./storage-watch.ts";

const GB = 1e9;

/** A disk and a server that behave as a test tells them to, and what the watch makes of it. */
class World {
  space: Space | undefined = { freeBytes: 50 * GB, totalBytes: 100 * GB };
  /** What the shards say when they are to write something. */
  writes: "succeed" | "fail" = "succeed";
  tries = 0;
  looks = 0;
  onTry = (): void => {};
  readonly log: string[] = [];
  readonly changes: StorageState["state"][] = [];
  readonly watch: StorageWatch;

  constructor() {
    this.watch = new StorageWatch({
      path: "/data",
      shards: 8,
      space: async () => {
        this.looks++;
        return this.space;
      },
      tryWrites: async () => {
        this.tries++;
        this.onTry();
        if (this.writes === "fail") throw new Error("Shard 3: The disk refuses writes");
      },
      onChange: ({ state }) => this.changes.push(state),
      log: (level, message, _facts, event) => this.log.push(`${level} ${event ?? ""}: ${message}`),
      pauseMs: 1,
    });
  }

  logged(event: string): string[] {
    return this.log.filter((line) => line.includes(` ${event}:`));
  }
}

const worlds: World[] = [];
function world(): World {
  const made = new World();
  worlds.push(made);
  return made;
}
afterEach(() => {
  for (const { watch } of worlds.splice(0)) watch.close();
});

test("while writes succeed there is nothing to say", async () => {
  const disk = world();
  await vi.waitFor(() => expect(disk.looks).toBeGreaterThan(5), { timeout: 20_000 });
  expect(disk.watch.state).toEqual({ state: "ok", path: "/data" });
  expect(disk.log).toEqual([]);
  expect(disk.tries).toBe(0);
});

test("a thousand refused writes are one line, and the state until shards can write again", async () => {
  const disk = world();
  disk.space = { freeBytes: 0, totalBytes: GB };
  for (let i = 0; i < 1000; i++) disk.watch.refused("full");
  await vi.waitFor(() => expect(disk.watch.state).toMatchObject({ state: "full", freeBytes: 0 }), { timeout: 20_000 });
  expect(disk.logged("storage_full")).toEqual([
    expect.stringMatching(/^error .*The disk is full \(\/data, 0 bytes free\).*free some/),
  ]);

  // Without room nobody is asked to write.
  expect(disk.tries).toBe(0);
  disk.space = { freeBytes: GB / 2, totalBytes: GB };
  await vi.waitFor(() => expect(disk.watch.state.state).toBe("ok"), { timeout: 20_000 });
  expect(disk.logged("storage_ok")).toEqual([expect.stringMatching(/^info .*500 MB free.*go on/)]);
  expect(disk.changes.filter((state) => state !== "low")).toEqual(["full", "ok"]);
});

test("room alone is not enough: a shard that cannot write keeps the state", async () => {
  const disk = world();
  disk.writes = "fail";
  disk.watch.refused("failing");
  await vi.waitFor(() => expect(disk.tries).toBeGreaterThan(5), { timeout: 20_000 });
  expect(disk.watch.state.state).toBe("failing");
  expect(disk.logged("storage_failing")).toHaveLength(1);
  disk.writes = "succeed";
  await vi.waitFor(() => expect(disk.watch.state.state).toBe("ok"), { timeout: 20_000 });
});

test("a write that is refused between two good tries begins the count anew", async () => {
  const disk = world();
  disk.onTry = () => {
    if (disk.tries < 10) disk.watch.refused("full");
  };
  disk.watch.refused("full");
  await vi.waitFor(() => expect(disk.logged("storage_ok")).toHaveLength(1), { timeout: 20_000 });
  expect(disk.tries).toBe(11);
  expect(disk.logged("storage_full")).toHaveLength(1);
});

test("it is trouble again when it comes again", async () => {
  const disk = world();
  for (const times of [1, 2]) {
    disk.watch.refused("full");
    await vi.waitFor(() => expect(disk.logged("storage_ok")).toHaveLength(times), { timeout: 20_000 });
    expect(disk.logged("storage_full")).toHaveLength(times);
  }
});

test("little room is a warning, once, and no trouble", async () => {
  const disk = world();
  disk.space = { freeBytes: 0.1 * GB, totalBytes: 100 * GB };
  await vi.waitFor(() => expect(disk.watch.state.state).toBe("low"), { timeout: 20_000 });
  const { looks } = disk;
  await vi.waitFor(() => expect(disk.looks).toBeGreaterThan(looks + 5), { timeout: 20_000 });
  expect(disk.logged("storage_low")).toEqual([expect.stringMatching(/^warn .*100 MB of 100 GB/)]);
  disk.space = { freeBytes: GB, totalBytes: 100 * GB };
  await vi.waitFor(() => expect(disk.watch.state.state).toBe("ok"), { timeout: 20_000 });
});

test("closed, it says nothing any more", async () => {
  const disk = world();
  disk.watch.close();
  disk.watch.refused("full");
  expect(disk.watch.state.state).toBe("ok");
  expect(disk.log).toEqual([]);
});
