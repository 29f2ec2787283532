import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { APP_SOCKET, DOOR_SOCKET } from "../config/workerd-config.ts";
import { LineSplitter } from "./lines.ts";

export interface WorkerdOptions {
  readonly binary: string;
  readonly configPath: string;
  /** Address of the application's socket, `host:port`. */
  readonly address: string;
  /** Variables for the process; nothing else of the host's environment reaches it, except those in `INHERITED`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Each line that workerd writes, from both streams; `cut` when it was too long to be kept whole. */
  readonly onLine: (line: string, cut: boolean) => void;
}

export interface WorkerdProcess {
  readonly pid: number;
  /** Settles when all sockets listen. Never rejects: a process that fails to get there ends, see `exited`. */
  readonly ready: Promise<WorkerdReady>;
  readonly exited: Promise<WorkerdExit>;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface WorkerdReady {
  readonly appPort: number;
  readonly doorPort: number;
  /** The process's limit of open files; undefined when it is unlimited or unknown. */
  readonly fileLimit: number | undefined;
}

export interface WorkerdExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a program needs to find its libraries, temporary files, certificates and time zone. No credentials. */
const INHERITED = [
  "PATH",
  "HOME",
  "TMPDIR",
  "TZ",
  "LANG",
  "LC_ALL",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "LD_LIBRARY_PATH",
];

/**
 * The shell that becomes workerd. Descriptor 3 is a lifeline: a pipe whose other end the host holds, so that it closes
 * when the host dies in whatever way. A watcher waits on it and kills workerd (`$$`, the pid that `exec` keeps); a line
 * on the pipe tells the watcher that nothing is to be done. The watcher stays in workerd's process group, and the
 * system does not hand out a pid again while a group of that number exists, so it can hit nobody else.
 * Descriptor 4 takes control messages: the limit of open files, then what workerd reports itself.
 * A write beyond a limit of file sizes (ulimit -f) is to be an error, as on a full disk, and not the end of the process.
 */
const LAUNCHER = `
ulimit -n "$(ulimit -H -n)" 2>/dev/null || ulimit -n 65536 2>/dev/null
printf '{"event":"files","limit":"%s"}\\n' "$(ulimit -n)" >&4
(
  trap '' INT TERM HUP
  exec </dev/null >/dev/null 2>&1 4>&-
  IFS= read -r _ <&3 || kill -KILL $$
) &
exec 3<&-
trap '' XFSZ
exec "$0" "$@"
`;

/** Starts workerd in a process group of its own, so that a Ctrl-C in the terminal reaches the host only. */
export function spawnWorkerd(options: WorkerdOptions): WorkerdProcess {
  const child = spawn(
    "/bin/sh",
    [
      "-c",
      LAUNCHER,
      options.binary,
      "serve",
      options.configPath,
      "config",
      "--experimental",
      // Exceptions come with their JavaScript stack at this level only; the log keeps what matters and drops the rest.
      "--verbose",
      "--control-fd=4",
      `--socket-addr=${APP_SOCKET}=${options.address}`,
    ],
    { detached: true, stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"], env: environment(options.environment) },
  );
  const lifeline = child.stdio[3] as Writable;
  // Broken when the watcher is gone already.
  lifeline.on("error", () => undefined);
  const closed = [child.stdio[1], child.stdio[2]].map((stream) => pipeLines(stream as Readable, options.onLine));
  const ready = readControl(child.stdio[4] as Readable);

  const exited = new Promise<WorkerdExit>((resolve) => {
    child.once("error", (error) => {
      options.onLine(error.message, false);
      resolve({ code: null, signal: null });
    });
    child.once("exit", (code, signal) => {
      lifeline.end("done\n");
      // Its last words may still be in the pipes.
      void Promise.all(closed).then(() => resolve({ code, signal }));
    });
  });
  return {
    pid: child.pid ?? -1,
    ready,
    exited,
    kill: (signal) => void child.kill(signal),
  };
}

function environment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...own };
}

function pipeLines(stream: Readable, onLine: WorkerdOptions["onLine"]): Promise<void> {
  const splitter = new LineSplitter(onLine);
  return new Promise((resolve) => {
    stream.on("data", (chunk: Buffer) => splitter.write(chunk));
    stream.on("error", () => undefined);
    stream.once("close", () => {
      splitter.end();
      resolve();
    });
  });
}

function readControl(stream: Readable): Promise<WorkerdReady> {
  return new Promise((resolve) => {
    const ports = new Map<string, number>();
    let fileLimit: number | undefined;
    const splitter = new LineSplitter((line) => {
      const message = parseControl(line);
      if (message.event === "files")
        fileLimit = Number.isNaN(Number(message.limit)) ? undefined : Number(message.limit);
      if (message.event === "listen" && message.socket !== undefined && message.port !== undefined) {
        ports.set(message.socket, message.port);
      }
      const appPort = ports.get(APP_SOCKET);
      const doorPort = ports.get(DOOR_SOCKET);
      if (appPort !== undefined && doorPort !== undefined) resolve({ appPort, doorPort, fileLimit });
    });
    stream.on("data", (chunk: Buffer) => splitter.write(chunk));
    stream.on("error", () => undefined);
  });
}

interface ControlMessage {
  readonly event?: string;
  readonly socket?: string;
  readonly port?: number;
  readonly limit?: string;
}

function parseControl(line: string): ControlMessage {
  const value: unknown = JSON.parse(line);
  return typeof value === "object" && value !== null ? value : {};
}
