import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * What tells a process from any other that has or had its pid: the moment it was started. Undefined when there is no
 * such process. Numbers are handed out again, in a container soon, so a pid alone proves nothing.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  return process.platform === "linux" ? linuxIdentity(pid) : psColumn(pid, "lstart");
}

/** The command line of a running process, arguments separated by blanks; undefined when there is none. */
export async function processCommand(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") return psColumn(pid, "command");
  const text = await readProc(`/proc/${pid}/cmdline`);
  return text?.replaceAll("\0", " ").trim();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function linuxIdentity(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([readProc(`/proc/${pid}/stat`), readProc("/proc/sys/kernel/random/boot_id")]);
  // The command's name comes second, in parentheses, and may itself contain blanks and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields?.[0];
  const startedTicks = fields?.[19];
  if (startedTicks === undefined || state === "Z" || state === "X") return undefined;
  return `${boot?.trim() ?? ""}/${startedTicks}`;
}

async function readProc(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    // The process ended meanwhile: that is the answer, not a failure.
    return undefined;
  }
}

async function psColumn(pid: number, column: string): Promise<string | undefined> {
  try {
    const { stdout } = await run("ps", ["-o", `${column}=`, "-p", String(pid)]);
    return stdout.trim() === "" ? undefined : stdout.trim();
  } catch {
    // ps ends with 1 when there is no such process.
    return undefined;
  }
}
