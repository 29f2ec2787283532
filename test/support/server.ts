import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { REPOSITORY } from "./repository.ts";
import { killServers, RunningServer, type StartCliOptions } from "./running-server.ts";

export { CLI, isRunning, type LogLine, RunningServer, untilGone } from "./running-server.ts";

/**
 * Runs the built CLI's `start` for a project as a user would, on a free port. Resolves when the server is ready.
 * @throws with everything the process has written when it ends before that.
 */
export async function startCli(projectDir: string, options: StartCliOptions = {}): Promise<RunningServer> {
  const dataDir = options.dataDir ?? (await temporaryDirectory("data"));
  const server = new RunningServer(projectDir, dataDir, options);
  await server.restart();
  return server;
}

/**
 * Writes files into a temporary project folder, which can import what the repository has installed.
 * It is removed after the tests.
 */
export async function tempProject(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryDirectory("project");
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  await symlink(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  return root;
}

const directories = new Set<string>();

export async function temporaryDirectory(purpose: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `pawl-${purpose}-`));
  directories.add(path);
  return path;
}

// After a test file's own clean-up, which may not have come about: whatever still runs, and the directories.
afterAll(async () => {
  await killServers();
  const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };
  await Promise.all([...directories].map((path) => rm(path, removal)));
});
