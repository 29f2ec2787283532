// A PostgreSQL server of one's own, on a new folder and a socket in it.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const READY_WITHIN_MS = 30_000;
/** The user that Debian's package makes; the server refuses to run as root. */
const USER = "postgres";

/**
 * @param {string} folder exists and is the caller's to remove
 * @param {string} binaries folder that holds `initdb` and `postgres`
 */
export async function startPostgres(folder, binaries) {
  const identity = identityToRunAs();
  if (identity !== undefined) chownSync(folder, identity.uid, identity.gid);
  chmodSync(folder, 0o755);
  const data = join(folder, "postgres");
  const options = { cwd: folder, ...identity };
  execFileSync(join(binaries, "initdb"), ["-D", data, "-U", "bench", "-A", "trust", "--no-instructions"], {
    ...options,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const port = await freePort();
  const server = spawn(join(binaries, "postgres"), ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder], {
    ...options,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (chunk) => (log += chunk));
  const ended = new Promise((resolve) => server.once("exit", resolve));
  for (const until = Date.now() + READY_WITHIN_MS; !log.includes("ready to accept connections"); await delay(20)) {
    if (server.exitCode !== null || Date.now() > until) throw new Error(`PostgreSQL did not start:\n${log}`);
  }
  const version = execFileSync(join(binaries, "postgres"), ["--version"], { encoding: "utf8" }).trim();
  return {
    url: `postgresql://bench@127.0.0.1:${port}/bench`,
    version: version.replace(/^postgres \(PostgreSQL\) ([\d.]+).*$/, "PostgreSQL $1"),
    async stop() {
      // Fast shutdown: it does not wait for clients.
      server.kill("SIGINT");
      await ended;
    },
  };
}

function identityToRunAs() {
  if (process.getuid?.() !== 0) return undefined;
  const id = (/** @type {string} */ what) => Number(execFileSync("id", [what, USER], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
