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
 * folder would take it away from under each other.
 */
export async function startExample(): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), "csv-import-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const made = new Set(["dist", "node_modules", ".pawl"]);
  await cp(example, folder, { recursive: true, filter: (source) => !made.has(basename(source)) });
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  const server = await startCli(folder);
  onTestFinished(async () => {
    await server.stop();
  });
  return server;
}
