import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FileWatcher, look } from "./watch-files.ts";

let folder: string;
let watcher: FileWatcher;
let changed: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pawl-watch-"));
  changed = [];
  watcher = new FileWatcher((paths) => changed.push(...paths));
});
afterEach(async () => {
  watcher.close();
  await rm(folder, { recursive: true });
});

/** The names of the files that are told of next. */
async function seen(): Promise<string[]> {
  await vi.waitFor(() => expect(changed.length).toBeGreaterThan(0), { timeout: 20_000 });
  return changed.splice(0).map((path) => relative(folder, path));
}

test("files that are written, replaced by another of their name, made and removed", async () => {
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  await writeFile(a, "1");
  await watcher.follow({ files: [a, b] });
  await writeFile(a, "22");
  expect(await seen()).toEqual(["a"]);
  await writeFile(join(folder, "a.new"), "333");
  await rename(join(folder, "a.new"), a);
  expect(await seen()).toEqual(["a"]);
  await writeFile(b, "");
  expect(await seen()).toEqual(["b"]);
  await rm(a);
  expect(await seen()).toEqual(["a"]);
});

test("everything below a folder, but not what packages and version control keep there", async () => {
  await mkdir(join(folder, "src/deep"), { recursive: true });
  await mkdir(join(folder, "node_modules"));
  await watcher.follow({ files: [], folders: [folder] });
  await writeFile(join(folder, "node_modules/x"), "");
  await writeFile(join(folder, "src/deep/new"), "");
  expect(await seen()).toEqual(["src/deep/new"]);
});

test("what has changed since it was looked at counts, though it was before it was followed", async () => {
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  await writeFile(a, "1");
  const before = await look({ files: [a] });
  await writeFile(a, "22");
  await writeFile(b, "");
  await watcher.follow({ files: [a, b] }, before.markOf);
  expect(await seen()).toEqual(["a"]);
});

test("what has come into a folder since it was looked at counts too", async () => {
  const before = await look({ files: [], folders: [folder] });
  await mkdir(join(folder, "src"));
  await writeFile(join(folder, "src/new"), "");
  await watcher.follow({ files: [], folders: [folder] }, before.markOf);
  expect(await seen()).toEqual(["src/new"]);
});

test("where sources are looked for, a log that grows is none", async () => {
  await watcher.follow({ files: [], sources: [folder] });
  await writeFile(join(folder, "dev.log"), "");
  await writeFile(join(folder, ".dev.vars"), "");
  expect(await seen()).toEqual([".dev.vars"]);
  await writeFile(join(folder, "dev.log"), "more");
  await writeFile(join(folder, "a.ts"), "");
  expect(await seen()).toEqual(["a.ts"]);
});

test("what is not followed any more is not told of", async () => {
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  await watcher.follow({ files: [a] });
  await watcher.follow({ files: [b] });
  await writeFile(a, "");
  await writeFile(b, "");
  expect(await seen()).toEqual(["b"]);
});
