import { join } from "node:path";

/** Something that a process did to one of its files or folders. Times in seconds since the epoch. */
export interface DiskCall {
  readonly path: string;
  readonly beganAt: number;
  /** After this it is done. */
  readonly endedAt: number;
  readonly what: DiskDeed;
}

/** `create`: opened, and made where it was not there. `sync` of a folder brings its entries to disk. */
export type DiskDeed =
  | "create"
  | "unlink"
  | "sync"
  | { readonly write: Buffer; readonly at: number }
  | { readonly truncateTo: number };

const CALL = /^(\d+) +(\d+\.\d+) (\w+)\((?:AT_FDCWD|\d+)<([^>]*)>(.*)\) += (-?\d+).* <(\d+\.\d+)>$/;
const UNFINISHED = /^(\d+) +(\d+\.\d+ .*) <unfinished \.\.\.>$/;
const RESUMED = /^(\d+) +\d+\.\d+ <\.\.\. \w+ resumed>(.*)$/;
const WRITE = /^, "((?:\\x[0-9a-f]{2})*)", (\d+), (\d+)$/;
const NAME = /^, "((?:\\x[0-9a-f]{2})*)"/;

/**
 * One line of strace, as `DiskTrace` has it write them.
 * @param unfinished calls of other threads in between, by thread: the second half comes on a later line
 * @returns undefined for what is no finished, successful call
 */
export function parseCall(line: string, unfinished: Map<string, string>): DiskCall | undefined {
  const begun = UNFINISHED.exec(line);
  if (begun !== null) {
    unfinished.set(String(begun[1]), String(begun[2]));
    return undefined;
  }
  const resumed = RESUMED.exec(line);
  if (resumed === null) return finished(line);
  const thread = String(resumed[1]);
  const first = unfinished.get(thread);
  unfinished.delete(thread);
  return first === undefined ? undefined : finished(`${thread} ${first}${resumed[2]}`);
}

function finished(line: string): DiskCall | undefined {
  const call = CALL.exec(line);
  if (call === null) return undefined;
  const [, , began = "", name = "", opened = "", rest = "", result = "", took = ""] = call;
  // Nor what is done to a file that has no name any more.
  if (Number(result) < 0 || rest.startsWith("(deleted)")) return undefined;
  const beganAt = Number(began);
  const path = unescape(opened).toString("utf8");
  const times = { beganAt, endedAt: beganAt + Number(took) };
  switch (name) {
    case "openat":
      return rest.includes("O_CREAT") ? { ...times, path: join(path, nameIn(rest)), what: "create" } : undefined;
    case "unlinkat":
      return { ...times, path: join(path, nameIn(rest)), what: "unlink" };
    case "fsync":
    case "fdatasync":
      return { ...times, path, what: "sync" };
    case "ftruncate":
      return { ...times, path, what: { truncateTo: Number(/\d+/.exec(rest)?.[0]) } };
    case "pwrite64": {
      const write = WRITE.exec(rest);
      if (write === null) throw new Error(`A line of strace that nobody understands: ${line.slice(0, 200)}`);
      // A short write is followed by another call for the rest.
      const bytes = unescape(String(write[1])).subarray(0, Number(result));
      return { ...times, path, what: { write: bytes, at: Number(write[3]) } };
    }
    default:
      return undefined;
  }
}

function nameIn(rest: string): string {
  return unescape(NAME.exec(rest)?.[1] ?? "").toString("utf8");
}

function unescape(text: string): Buffer {
  return Buffer.from(text.replaceAll(String.raw`\x`, ""), "hex");
}
