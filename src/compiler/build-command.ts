import { spawn } from "node:child_process";
import { BuildCommandError, shortPath } from "./errors.ts";
import type { BuildCommand } from "./project.ts";

/**
 * Runs the project's own build in a shell. All that it prints goes to stderr, so that stdout stays ours.
 *
 * @throws BuildCommandError when it does not end with 0.
 */
export async function runBuildCommand({ command, cwd }: BuildCommand): Promise<void> {
  const child = spawn(command, { shell: true, cwd, stdio: ["ignore", 2, 2] });
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      child.once("error", (error) => {
        const message = `The build command \`${command}\` could not be started in ${shortPath(cwd)}: ${error.message}`;
        reject(new BuildCommandError(command, null, message, { cause: error }));
      });
      child.once("exit", (code, signal) => resolve({ code, signal }));
    },
  );
  if (code === 0) return;
  const end = signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`;
  throw new BuildCommandError(
    command,
    code,
    `The build command \`${command}\` (in ${shortPath(cwd)}) ${end}. Its output is above; run it there by hand to see more.`,
  );
}
