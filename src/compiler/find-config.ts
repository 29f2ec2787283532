import { stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { ConfigNotFoundError, shortPath } from "./errors.ts";

/** wrangler's order. */
const NAMES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
const EXTENSIONS = new Set([".json", ".jsonc", ".toml"]);

export interface FoundConfig {
  readonly path: string;
  /** Names of the files beside it that would have been read if it were not there. */
  readonly unread: readonly string[];
}

/**
 * The configuration file that a path means: the file itself, or the first that is there in the folder.
 *
 * @throws ConfigNotFoundError when there is none.
 */
export async function findConfig(path: string): Promise<FoundConfig> {
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (found === undefined) throw new ConfigNotFoundError(full, `${shortPath(full)} does not exist.`);
  if (!found.isDirectory()) {
    if (EXTENSIONS.has(extname(full))) return { path: full, unread: [] };
    throw new ConfigNotFoundError(
      full,
      `${shortPath(full)} is not a wrangler configuration. Give a .jsonc, .json or .toml file, or the folder that it is in.`,
    );
  }
  const there: string[] = [];
  for (const name of NAMES) {
    if ((await stat(join(full, name)).catch(() => undefined))?.isFile() === true) there.push(name);
  }
  const [first, ...unread] = there;
  if (first !== undefined) return { path: join(full, first), unread };
  throw new ConfigNotFoundError(
    full,
    `There is no wrangler configuration in ${basename(full) === "" ? full : shortPath(full)}. Make a wrangler.jsonc with \`name\`, \`main\` and \`compatibility_date\`, or give the path of the project.`,
  );
}
