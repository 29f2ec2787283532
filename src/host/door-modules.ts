import { readFile } from "node:fs/promises";
import type { OwnModule } from "./config/workerd-config.ts";

/** The door's modules in the build, its entry first. Their names are their paths, by which they import each other. */
const DOOR = [
  "host/door/door.js",
  "host/door/answers.js",
  "host/door/engine-shards.js",
  "host/door/health.js",
  "host/door/query.js",
  "host/door/read-routes.js",
  "host/door/token.js",
  "engine/base/shard-of.js",
];
/** Tests have a door of their own; every other server is without it. */
const TEST_DOOR = ["host/door/test-door.js", "host/door/wire.js"];

/** @param build the folder of the built package. Default: the one this module lies in */
export function doorModules(testing: boolean, build: URL = new URL("../", import.meta.url)): Promise<OwnModule[]> {
  const names = testing ? [...TEST_DOOR, ...DOOR] : DOOR;
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(new URL(name, build), "utf8") })));
}
