import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pawlVersion } from "../version.ts";
import { ENGINE_SCHEMA } from "./versions.ts";
import { DEFAULT_SHARDS, openDataDirectory } from "./data-directory.ts";

let parent: string;
let path: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "pawl-data-"));
  path = join(parent, "nested", "data");
});
afterEach(() => rm(parent, { recursive: true }));

async function openAndClose(wanted: { name: string; shards?: number }, directory = path): Promise<number> {
  const { lock, shards } = await openDataDirectory(directory, wanted);
  await lock.release();
  return shards;
}

test("the first start fixes the number of shards", async () => {
  expect(await openAndClose({ name: "shop", shards: 3 })).toBe(3);
  expect(await openAndClose({ name: "shop" })).toBe(3);
  expect(await openAndClose({ name: "shop", shards: 3 })).toBe(3);
  await expect(openAndClose({ name: "shop", shards: 4 })).rejects.toThrow("made with 3 shards; 4 were asked for");
});

test("without a wish there are as many as measured best", async () => {
  expect(await openAndClose({ name: "shop" })).toBe(DEFAULT_SHARDS);
});

test("a folder that the file system does not let us make is refused, by its name", async () => {
  await writeFile(join(parent, "file"), "");
  // Node's own recursive mkdir never comes back from /proc.
  const impossible = [join(parent, "file", "data"), ...(process.platform === "linux" ? ["/proc/pawl/data"] : [])];
  for (const directory of impossible) {
    await expect(openAndClose({ name: "shop" }, directory)).rejects.toThrow(
      `The data directory ${directory} cannot be used`,
    );
  }
});

test("it belongs to one Worker", async () => {
  await openAndClose({ name: "shop" });
  await expect(openAndClose({ name: "blog" })).rejects.toThrow('belongs to the Worker "shop"');
});

describe("refused, and left unlocked", () => {
  test.each([
    ["data of a newer version", '{"format":2,"something":"else"}', "newer version of pawl (format 2"],
    ["data of a newer version that says its name", '{"format":2,"pawl":"7.1.0"}', "Use pawl 7.1.0 or newer"],
    [
      "tables of a newer version",
      '{"format":1,"name":"shop","shards":8,"schema":99,"pawl":"7.1.0"}',
      "is of pawl 7.1.0 (engine schema 99; this one knows up to",
    ],
    ["a manifest that is cut off", '{"format":1,"na', "is not valid JSON"],
    ["a manifest of something else", '{"name":"x"}', "does not describe a data directory"],
  ])("%s", async (_, manifest, message) => {
    await openAndClose({ name: "shop" });
    await writeFile(join(path, "pawl.json"), manifest);
    await expect(openAndClose({ name: "shop" })).rejects.toThrow(message);
    await expect(openAndClose({ name: "shop" })).rejects.toMatchObject({ code: "data_directory_mismatch" });
  });

  test("a folder with other things in it", async () => {
    await writeFile(join(parent, "package.json"), "{}");
    await expect(openAndClose({ name: "shop" }, parent)).rejects.toThrow('it holds "package.json"');
  });

  test("a path that cannot be a folder", async () => {
    await writeFile(join(parent, "file"), "");
    await expect(openAndClose({ name: "shop" }, join(parent, "file"))).rejects.toMatchObject({
      code: "data_directory_unusable",
    });
  });
});

test("data of before there were versions is data of the first one, and is raised when it has been opened", async () => {
  await openAndClose({ name: "shop", shards: 3 });
  const file = join(path, "pawl.json");
  await writeFile(file, '{"format":1,"name":"shop","shards":3}');
  const first = await openDataDirectory(path, { name: "shop" });
  expect(first.isUpgrade).toBe(ENGINE_SCHEMA > 1);
  await first.opened();
  await first.lock.release();

  await writeFile(file, '{"format":1,"name":"shop","shards":3,"schema":0,"pawl":"0.0.1"}');
  const second = await openDataDirectory(path, { name: "shop" });
  expect(second.isUpgrade).toBe(true);
  // Not before: an upgrade that fails must not keep the older version out.
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ schema: 0, pawl: "0.0.1" });
  await second.opened();
  await second.lock.release();
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
    format: 1,
    name: "shop",
    shards: 3,
    schema: ENGINE_SCHEMA,
    pawl: pawlVersion(),
  });
});

test("a start that was cut short before is no hindrance", async () => {
  const { lock } = await openDataDirectory(path, { name: "shop" });
  await lock.release();
  await rm(join(path, "pawl.json"));
  expect(await openAndClose({ name: "shop", shards: 2 })).toBe(2);
});
