import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type RunningServer, startCli } from "../support/server.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const example = join(repository, "examples", "csv-import");
export const sampleFile = join(example, "sample", "orders.csv");

/**
 * Starts the example from a copy of its folder: every start builds the page, and two servers that build into one
 * folder would take it away from under each other. For a whole file of tests; `close` stops the server.
 */
export async function exampleServer(): Promise<{ server: RunningServer; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "csv-import-"));
  const made = new Set(["dist", "node_modules", ".pawl"]);
  await cp(example, folder, { recursive: true, filter: (source) => !made.has(basename(source)) });
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  const server = await startCli(folder);
  const close = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { server, close };
}

/** The same for one test, at whose end it stops. */
export async function startExample(): Promise<RunningServer> {
  const { server, close } = await exampleServer();
  onTestFinished(close);
  return server;
}
