import { statfs } from "node:fs/promises";

export interface Space {
  /** What whoever runs pawl may still use. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Room on the file system that holds a folder; undefined when that cannot be told. */
export async function spaceAt(path: string): Promise<Space | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    // Of a disk that fails, this may fail as well.
    return undefined;
  }
}

const MIB = 1024 * 1024;

/** With less than this, a shard or an agent soon meets the end of the disk. */
export function lowMark({ totalBytes }: Space): number {
  return Math.min(256 * MIB, totalBytes * 0.05);
}

/** What must be free before writes are tried again: each shard tries with 256 KiB, through its write-ahead log. */
export function roomNeeded(shards: number): number {
  return 4 * MIB + shards * (MIB / 2);
}

/** `1.5 GB`, `12 MB`, `0 bytes`: in the units that disks are sold in. */
export function bytesText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit] ?? ""}`;
}
