import { execFile } from "node:child_process";
import { cpus, release, tmpdir, totalmem, type } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** System, processor and memory, in one line. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${type()} ${release()}, ${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${memory}`;
}

/** The file system on which everything is measured, in one line. */
export async function disk(): Promise<string> {
  try {
    const { stdout } = await run("df", ["-PT", tmpdir()]);
    const [device, kind] = (stdout.split("\n")[1] ?? "").split(/\s+/);
    return `${kind} on ${device} (${tmpdir()})`;
  } catch {
    return `unknown file system (${tmpdir()})`;
  }
}
