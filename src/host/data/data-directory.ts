import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../compiler/index.ts";
import { DataDirectoryMismatchError, DataDirectoryUnusableError } from "../errors.ts";
import { pawlVersion } from "../version.ts";
import { ENGINE_SCHEMA, FORMAT_VERSION } from "./versions.ts";
import { lockDirectory, type DirectoryLock } from "./lock.ts";

/** How many shards the workflow engine of a new data directory has, unless `--shards` says otherwise. */
export const DEFAULT_SHARDS = 8;
export const MAX_SHARDS = 1024;

export interface DataDirectory {
  readonly path: string;
  readonly shards: number;
  /** Databases of the Durable Objects. */
  readonly storagePath: string;
  /** The lowered bundle and workerd's configuration; made anew by every start. */
  readonly buildPath: string;
  readonly lock: DirectoryLock;
  /** The engine's tables are of an older version, and are brought to the present one when they are opened. */
  readonly isUpgrade: boolean;
  /** Notes that this version has opened the data: an older one is refused from then on, before it touches anything. */
  opened(): Promise<void>;
}

/** What a directory without `pawl.json` may hold and still count as new: leftovers of a start that was cut short. */
const OUR_ENTRIES = /^(?:build|bundle|do|lock(?:\..*)?|pawl\.json\..*|\.gitignore|lost\+found)$/;

const MANIFEST = "pawl.json";

/** Its contents. */
interface Manifest {
  readonly format: number;
  readonly name: string;
  readonly shards: number;
  /** Version of the engine's tables, or an older one when the last start did not get that far. */
  readonly schema: number;
  /** The version of pawl that made it so. */
  readonly pawl: string;
}

/**
 * Opens the directory that holds everything an application remembers, and makes it when it is new.
 * The number of shards is fixed by the first start: an instance's shard follows from its id and that number.
 * @throws DataDirectoryBusyError, DataDirectoryMismatchError
 */
export async function openDataDirectory(
  path: string,
  wanted: { readonly name: string; readonly shards?: number },
): Promise<DataDirectory> {
  const lock = await usable(path, async () => {
    await makeFolder(path);
    await refuseForeignDirectory(path);
    return lockDirectory(path);
  });
  try {
    const storagePath = join(path, "do");
    const buildPath = join(path, "build");
    const manifest = await usable(path, async () => {
      const found = await readOrCreateManifest(path, wanted);
      await makeFolder(storagePath, 0o700);
      await makeFolder(buildPath, 0o700);
      return found;
    });
    const isUpgrade = manifest.schema < ENGINE_SCHEMA;
    const opened = async () => {
      if (isUpgrade) await writeManifest(path, { ...manifest, schema: ENGINE_SCHEMA, pawl: pawlVersion() });
    };
    return { path, shards: manifest.shards, storagePath, buildPath, lock, isUpgrade, opened };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function readOrCreateManifest(path: string, wanted: { name: string; shards?: number }): Promise<Manifest> {
  const file = join(path, MANIFEST);
  const text = await readOptional(file);
  if (text === undefined) {
    const { name, shards = DEFAULT_SHARDS } = wanted;
    const manifest = { format: FORMAT_VERSION, name, shards, schema: ENGINE_SCHEMA, pawl: pawlVersion() };
    await writeFile(join(path, ".gitignore"), "*\n");
    await writeManifest(path, manifest);
    return manifest;
  }
  const manifest = parseManifest(file, path, text);
  if (manifest.name !== wanted.name) {
    throw new DataDirectoryMismatchError(
      path,
      `The data directory ${path} belongs to the Worker "${manifest.name}", and this one is called "${wanted.name}". Its data would not be found under another name. Use another directory with --data; if the Worker was renamed, change "name" in ${file} back or move the directory away to start empty.`,
    );
  }
  if (wanted.shards !== undefined && manifest.shards !== wanted.shards) {
    throw new DataDirectoryMismatchError(
      path,
      `The data directory ${path} was made with ${manifest.shards} shards; ${wanted.shards} were asked for. The number cannot be changed while there is data, since a workflow's shard follows from it. Leave --shards out, or start with an empty directory (--data).`,
    );
  }
  return manifest;
}

async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  const file = join(path, MANIFEST);
  await writeFile(`${file}.new`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** `--data .` must not turn somebody's project into a data directory with a `.gitignore` that hides all of it. */
async function refuseForeignDirectory(path: string): Promise<void> {
  const entries = await readdir(path);
  if (entries.includes(MANIFEST)) return;
  const foreign = entries.find((entry) => !OUR_ENTRIES.test(entry));
  if (foreign === undefined) return;
  throw new DataDirectoryMismatchError(
    path,
    `${path} is not empty and is no data directory of pawl (it holds "${foreign}"). Name a new or empty directory with --data.`,
  );
}

/** Turns what the file system refuses into an error that names the directory. */
async function usable<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw new DataDirectoryUnusableError(path, error);
    throw error;
  }
}

function parseManifest(file: string, path: string, text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataDirectoryMismatchError(
      path,
      `${file} is not valid JSON. Restore it from a backup, or name an empty directory with --data.`,
      { cause },
    );
  }
  if (hasFormat(value) && value.format > FORMAT_VERSION) {
    throw newerData(path, `format ${value.format}; this one knows up to ${FORMAT_VERSION}`, Reflect.get(value, "pawl"));
  }
  const manifest = hasFormat(value) ? { schema: 1, pawl: "", ...value } : value;
  if (!isManifest(manifest)) {
    throw new DataDirectoryMismatchError(
      path,
      `${file} does not describe a data directory of pawl. Name another directory with --data.`,
    );
  }
  if (manifest.schema > ENGINE_SCHEMA) {
    throw newerData(path, `engine schema ${manifest.schema}; this one knows up to ${ENGINE_SCHEMA}`, manifest.pawl);
  }
  return manifest;
}

function newerData(path: string, facts: string, version: unknown): DataDirectoryMismatchError {
  const which = typeof version === "string" && version !== "" ? version : undefined;
  const by = which === undefined ? "a newer version of pawl" : `pawl ${which}`;
  const use = which === undefined ? "Update pawl" : `Use pawl ${which} or newer`;
  return new DataDirectoryMismatchError(
    path,
    `The data directory ${path} is of ${by} (${facts}), and this is pawl ${pawlVersion()}. Nothing was changed. ${use}, restore a backup that is older, or name another directory with --data.`,
  );
}

function hasFormat(value: unknown): value is { format: number } {
  return typeof value === "object" && value !== null && "format" in value && typeof value.format === "number";
}

function isManifest(value: unknown): value is Manifest {
  return (
    hasFormat(value) &&
    Number.isInteger(value.format) &&
    value.format >= 1 &&
    "name" in value &&
    typeof value.name === "string" &&
    "shards" in value &&
    typeof value.shards === "number" &&
    Number.isInteger(value.shards) &&
    value.shards >= 1 &&
    "schema" in value &&
    typeof value.schema === "number" &&
    "pawl" in value &&
    typeof value.pawl === "string"
  );
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
