import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { BuildCommandError, shortPath } from "./errors.ts";
import type { BuildCommand } from "./project.ts";

/** How long a build may take to clean up after itself when it is called off. */
const STOP_GRACE_MS = 1000;

/**
 * The shell that becomes the build, leader of a process group of its own, so that everything it starts can be ended
 * with it. Descriptor 3 is a lifeline: a pipe whose other end this process holds, so that it closes when this process
 * ends in whatever way. A watcher waits on it and kills the group; a line on the pipe sends the watcher home. While the
 * watcher lives, the group's number (`$$`) is nobody else's.
 */
const LAUNCHER = `
(
  trap '' INT TERM HUP
  exec </dev/null >/dev/null 2>&1
  IFS= read -r _ <&3 || kill -KILL -$$
) &
exec 3<&-
exec /bin/sh -c "$0"
`;

/**
 * Runs the project's own build in a shell. All that it prints goes to stderr, so that stdout stays ours.
 *
 * @param signal aborting it ends the build and everything that it has started; the call then rejects with the reason.
 * @throws BuildCommandError when it does not end with 0.
 */
export async function runBuildCommand({ command, cwd }: BuildCommand, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn("/bin/sh", ["-c", LAUNCHER, command], {
    cwd,
    detached: true,
    stdio: ["ignore", 2, 2, "pipe"],
  });
  const lifeline = child.stdio[3] as Writable;
  // Broken when the watcher is gone already.
  lifeline.on("error", () => undefined);

  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    killGroup(child, "SIGTERM");
    grace = setTimeout(() => killGroup(child, "SIGKILL"), STOP_GRACE_MS);
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const end = await ended(child, { command, cwd });
    if (signal?.aborted === true) killGroup(child, "SIGKILL");
    signal?.throwIfAborted();
    refuseFailure(end, { command, cwd });
  } finally {
    clearTimeout(grace);
    signal?.removeEventListener("abort", stop);
    lifeline.end("done\n");
  }
}

interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function ended(child: ChildProcess, { command, cwd }: BuildCommand): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      const message = `The build command \`${command}\` could not be started in ${shortPath(cwd)}: ${error.message}`;
      reject(new BuildCommandError(command, null, message, { cause: error }));
    });
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

function refuseFailure({ code, signal }: CommandEnd, { command, cwd }: BuildCommand): void {
  if (code === 0) return;
  const end = signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`;
  throw new BuildCommandError(
    command,
    code,
    `The build command \`${command}\` (in ${shortPath(cwd)}) ${end}. Its output is above; run it there by hand to see more.`,
  );
}

function killGroup({ pid }: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nobody of it is left: as good as killed.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
