import { stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { ConfigNotFoundError, shortPath } from "./errors.ts";

/** wrangler's order. */
const NAMES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
const EXTENSIONS = new Set([".json", ".jsonc", ".toml"]);

/**
 * The configuration file that a path means: the file itself, or the first that is there in the folder.
 *
 * @throws ConfigNotFoundError when there is none.
 */
export async function findConfig(path: string): Promise<string> {
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (found === undefined) throw new ConfigNotFoundError(full, `${shortPath(full)} does not exist.`);
  if (!found.isDirectory()) {
    if (EXTENSIONS.has(extname(full))) return full;
    throw new ConfigNotFoundError(
      full,
      `${shortPath(full)} is not a wrangler configuration. Give a .jsonc, .json or .toml file, or the folder that it is in.`,
    );
  }
  for (const name of NAMES) {
    const candidate = join(full, name);
    if ((await stat(candidate).catch(() => undefined))?.isFile() === true) return candidate;
  }
  throw new ConfigNotFoundError(
    full,
    `There is no wrangler configuration in ${basename(full) === "" ? full : shortPath(full)}. Make a wrangler.jsonc with \`name\`, \`main\` and \`compatibility_date\`, or give the path of the project.`,
  );
}
