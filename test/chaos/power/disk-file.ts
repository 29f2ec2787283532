import type { Random } from "../plan/random.ts";
import type { DiskCall } from "./strace-line.ts";

/** A disk writes whole sectors. */
const SECTOR = 512;

/** What there is after a loss of power of what was written and had not been brought to disk. */
export interface Loss {
  readonly survival: "nothing" | "anything";
  readonly random: Random;
  /** When it was, in seconds since the epoch. */
  readonly at: number;
  /** Calls to bring something to disk that ended after this are taken for lies: for tests of the checker, else `at`. */
  readonly believedUntil?: number;
}

/** Whether a call to bring something to disk had ended, and was none of the lies. */
export function isBelieved({ what, endedAt }: DiskCall, { at, believedUntil = at }: Loss): boolean {
  return what === "sync" && endedAt <= Math.min(at, believedUntil);
}

/**
 * What a disk has of a file at a path.
 * @param before its bytes when the calls begin; undefined when it was not there
 * @param calls on the file, in order of beginning
 * @param ofFolder those on its folder
 * @returns undefined when there is no such file
 */
export function fileAfter(
  before: Buffer | undefined,
  calls: readonly DiskCall[],
  ofFolder: readonly DiskCall[],
  loss: Loss,
): Buffer | undefined {
  const listedAt = ofFolder.findLast((call) => isBelieved(call, loss))?.beganAt ?? 0;
  let file = before && { before, calls: [] as DiskCall[] };
  let isThere = before !== undefined;
  let listed = file;
  let isListedFurther = true;
  for (const call of calls) {
    if (call.beganAt > loss.at) break;
    if (call.what !== "create" && call.what !== "unlink") {
      file?.calls.push(call);
      continue;
    }
    // Opening a file that is there makes none.
    if (isThere === (call.what === "create")) continue;
    isThere = call.what === "create";
    if (isThere) file = { before: Buffer.alloc(0), calls: [] };
    const isOnDisk = call.endedAt <= listedAt;
    isListedFurther &&= isOnDisk || (loss.survival === "anything" && loss.random.chance(0.5));
    if (isListedFurther) listed = isThere ? file : undefined;
  }
  return listed && contents(listed.before, listed.calls, loss);
}

/** What a file has after these calls, in order of their beginning. */
function contents(before: Buffer, calls: readonly DiskCall[], loss: Loss): Buffer {
  const lastSync = calls.findLastIndex((call) => isBelieved(call, loss));
  const file = new GrowingFile(before);
  for (const [index, { what }] of calls.entries()) {
    if (typeof what === "string") continue;
    const isOnDisk = index < lastSync;
    if (!isOnDisk && loss.survival === "nothing") continue;
    if ("truncateTo" in what) {
      if (isOnDisk || loss.random.chance(0.5)) file.truncate(what.truncateTo);
    } else if (isOnDisk) file.write(what.write, what.at);
    else writeSome(file, what.write, what.at, loss.random);
  }
  return file.toBuffer();
}

function writeSome(file: GrowingFile, bytes: Buffer, at: number, random: Random): void {
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(bytes.length, from + SECTOR - ((at + from) % SECTOR));
    if (random.chance(0.5)) file.write(bytes.subarray(from, to), at + from);
    from = to;
  }
}

class GrowingFile {
  #bytes: Buffer;
  #size: number;

  constructor(before: Buffer) {
    this.#bytes = Buffer.from(before);
    this.#size = before.length;
  }

  write(bytes: Buffer, at: number): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], Math.max(end, 2 * this.#bytes.length));
    bytes.copy(this.#bytes, at);
    this.#size = Math.max(this.#size, end);
  }

  truncate(size: number): void {
    this.#bytes.fill(0, Math.min(size, this.#size));
    this.#size = Math.min(this.#size, size);
  }

  toBuffer(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }
}
