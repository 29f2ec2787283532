import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** The database of one shard of the workflow engine. */
export interface ShardFile {
  readonly path: string;
  readonly bytes: number;
  /** As much of it as holds nothing any more, and is used again before the file grows. */
  readonly freeBytes: number;
}

/** Folders of Durable Objects are named after their class; this one is the engine's. */
const ENGINE_FOLDER = /-WorkflowEngine$/;
const HEADER_BYTES = 100;
const SIGNATURE = "SQLite format 3\0";

/** The databases of the workflow engine in a data directory; none where there is no workflow. */
export async function shardFiles(dataDirectory: string): Promise<ShardFile[]> {
  const folders = await namesIn(join(dataDirectory, "do"));
  const found = folders
    .filter((name) => ENGINE_FOLDER.test(name))
    .map(async (folder) => {
      const within = join(dataDirectory, "do", folder);
      const names = (await namesIn(within)).filter((name) => /^[0-9a-f]+\.sqlite$/.test(name));
      return Promise.all(names.map((name) => readHeader(join(within, name))));
    });
  return (await Promise.all(found)).flat().filter((file) => file !== undefined);
}

/** The numbers are in the first bytes of the file (https://sqlite.org/fileformat.html, "The Database Header"). */
async function readHeader(path: string): Promise<ShardFile | undefined> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
    if (bytesRead < HEADER_BYTES || header.toString("latin1", 0, SIGNATURE.length) !== SIGNATURE) return undefined;
    const size = header.readUInt16BE(16);
    const pageBytes = size === 1 ? 65_536 : size;
    const freePages = header.readUInt32BE(36);
    const { size: bytes } = await stat(path);
    return { path, bytes, freeBytes: Math.min(bytes, freePages * pageBytes) };
  } finally {
    await file.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
