import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY } from "../../test/support/repository.ts";
import { Unavailable } from "./subject.ts";

const run = promisify(execFile);
const PEERS = join(REPOSITORY, "bench", "peers");
/** npm writes it at the end of an installation. */
const INSTALLED = join(PEERS, "node_modules", ".package-lock.json");

/** Installs what `bench/peers/package.json` names, unless it is there. Scripts of packages are not run. */
export async function installPeers(): Promise<void> {
  if (await isInstalled()) return;
  await run("npm", ["ci", "--prefix", PEERS, "--ignore-scripts"], { cwd: PEERS, maxBuffer: 16 * 2 ** 20 });
}

async function isInstalled(): Promise<boolean> {
  try {
    const [installed, lock] = await Promise.all([stat(INSTALLED), stat(join(PEERS, "package-lock.json"))]);
    return installed.mtimeMs >= lock.mtimeMs;
  } catch {
    return false;
  }
}

/** The peers want `node:sqlite` and newer JavaScript than Node 20 has. */
const NEEDED = [22, 13] as const;

/** The node that peers run on: this one, or one from npm where this is too old. @throws Unavailable */
export async function peerNode(): Promise<string> {
  if (isEnough(process.versions.node)) return process.execPath;
  const path = join(PEERS, "node_modules", `node-${platform()}-${arch()}`, "bin", "node");
  try {
    await stat(path);
    return path;
  } catch {
    const needed = NEEDED.join(".");
    throw new Unavailable(
      `node ${process.versions.node} is too old for it, and npm has none for ${platform()} on ${arch()} here: run the benchmark with node ${needed} or newer`,
    );
  }
}

function isEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

export async function peerVersion(name: string): Promise<string> {
  const text = await readFile(join(PEERS, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
