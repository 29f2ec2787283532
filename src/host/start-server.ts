import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { compile, formatPlace, readProject, type Bundle, type Project } from "../compiler/index.ts";
import { workerdConfig, type ListenAddress } from "./config/workerd-config.ts";
import { readAssetListing } from "./config/read-assets.ts";
import { openDataDirectory, type DataDirectory } from "./data/data-directory.ts";
import { endOrphan } from "./data/orphan.ts";
import { processIdentity } from "./data/process-identity.ts";
import { refuseBusyPort, serverUrl } from "./listen.ts";
import type { LogEntry, LogLevel, LogSink } from "./log-entry.ts";
import { createLogReader } from "./logs/reader.ts";
import { stackMapper } from "./logs/stack-mapper.ts";
import { startFailure } from "./workerd/start-failure.ts";
import { StartOutput } from "./workerd/start-output.ts";
import { DEFAULT_LIMITS, Supervisor, type SupervisorLimits } from "./workerd/supervisor.ts";
import { workerdBinary } from "./workerd/binary.ts";

export interface StartOptions {
  /** A folder with a wrangler configuration, or the configuration file itself. */
  readonly project: string;
  /** Environment of the configuration (`env.<name>`). */
  readonly environment?: string;
  /** Address to listen on. Default `127.0.0.1`: this machine only. */
  readonly host?: string;
  /** Default 8787; 0 picks a free port. */
  readonly port?: number;
  /** Where everything that lasts is kept. Default `.pawl` in the project's folder. */
  readonly dataDirectory?: string;
  /** Shards of the workflow engine, for a new data directory. Default 8. */
  readonly shards?: number;
  /** Runs of workflows that are held in memory at once; further ones are queued. Default 20,000. */
  readonly maxLiveRuns?: number;
  readonly limits?: Partial<SupervisorLimits>;
  /** Takes the application's log and what the host has to say. */
  readonly log: LogSink;
  /** Told when a longer part of the start begins. */
  readonly onProgress?: (phase: StartPhase) => void;
  /** Aborting it stops a start that is under way; `startServer` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export type StartPhase = "reading" | "building" | "starting";

export interface Server {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly project: Project;
  readonly dataDirectory: string;
  readonly shards: number;
  /** Milliseconds from the finished build to readiness. */
  readonly startedInMs: number;
  /** The present workerd process; another one after each restart. */
  readonly pid: number | undefined;
  /** Stops the server: workerd gets two seconds to finish, then it is killed. May be called more than once. */
  close(): Promise<void>;
  /** Ends workerd at once; `close` is still to be called. */
  killNow(): void;
}

/** A client takes two descriptors and a live object three; below this, some hundreds of people are too many. */
const LOW_FILE_LIMIT = 4096;

/**
 * Builds a Worker project and serves it with workerd until the server is closed; workerd is started again when it ends.
 *
 * @example
 * const server = await startServer({ project: ".", port: 0, log: (entry) => console.log(entry.message) });
 * await fetch(server.url);
 * await server.close();
 *
 * @throws PawlError when the project, the data directory or the address cannot be used, or the Worker does not start.
 */
export async function startServer(options: StartOptions): Promise<Server> {
  const listen: ListenAddress = { host: options.host ?? "127.0.0.1", port: options.port ?? 8787 };
  options.onProgress?.("reading");
  const project = await readProject(options.project, {
    ...(options.environment !== undefined && { environment: options.environment }),
  });
  const data = await openDataDirectory(resolve(options.dataDirectory ?? join(project.root, ".pawl")), {
    name: project.name,
    ...(options.shards !== undefined && { shards: options.shards }),
  });
  try {
    return await serve(options, listen, project, data);
  } catch (error) {
    await data.lock.release();
    throw error;
  }
}

async function serve(
  options: StartOptions,
  listen: ListenAddress,
  project: Project,
  data: DataDirectory,
): Promise<Server> {
  const log = hostLog(options.log);
  const orphan = await endOrphan(data.lock.former, data.path);
  if (orphan !== undefined) log("warn", `Ended workerd process ${orphan}, which a former pawl had left behind.`);
  options.signal?.throwIfAborted();
  // Before the build, which takes longer: workerd's own answer comes only after it.
  await refuseBusyPort(listen);

  options.onProgress?.("building");
  const bundle = await compile(project, {
    outDir: data.buildPath,
    shards: data.shards,
    ...(options.maxLiveRuns !== undefined && { maxLiveRuns: options.maxLiveRuns }),
    onWarning: ({ text, place }) => log("warn", place === undefined ? text : `${formatPlace(place)}: ${text}`),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  options.signal?.throwIfAborted();

  options.onProgress?.("starting");
  const builtAt = performance.now();
  const doorToken = randomBytes(32).toString("hex");
  const config = await writeConfig({ project, bundle, data, listen, doorToken });
  const mapper = stackMapper(bundle, (message) => log("warn", message));
  const reader = createLogReader(options.log, mapper);
  const output = new StartOutput(reader);

  const supervisor = new Supervisor({
    process: {
      binary: workerdBinary(),
      configPath: config.path,
      environment: config.environment,
      onLine: (text, cut) => output.line(text, cut),
    },
    listen,
    doorToken,
    hasEngine: project.workflows.length > 0,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    log,
    onSpawn: (pid) => void recordWorkerd(data, pid, log),
    onRestart: (pid) => log("info", "workerd is up again", { workerdPid: pid }, "restarted"),
  });
  const abort = () => supervisor.killNow();
  options.signal?.throwIfAborted();
  options.signal?.addEventListener("abort", abort, { once: true });
  let port: number;
  let url: string;
  try {
    const outcome = await supervisor.start();
    options.signal?.throwIfAborted();
    if (!("appPort" in outcome)) throw startFailure(outcome, output.held, listen, mapper, project.flagPlaces);
    output.release();
    options.log(fileLimitEntry(outcome.fileLimit));
    port = outcome.appPort;
    url = serverUrl({ host: listen.host, port });
    await data.lock.update({ url });
  } catch (error) {
    // Gone before the lock is released, or the next start meets it.
    supervisor.killNow();
    await supervisor.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
  let closing: Promise<void> | undefined;
  return {
    url,
    host: listen.host,
    port,
    project,
    dataDirectory: data.path,
    shards: data.shards,
    startedInMs: performance.now() - builtAt,
    get pid() {
      return supervisor.pid;
    },
    close: () =>
      (closing ??= supervisor.stop().then(() => {
        reader.flush();
        return data.lock.release();
      })),
    killNow: () => supervisor.killNow(),
  };
}

interface ConfigFacts {
  readonly project: Project;
  readonly bundle: Bundle;
  readonly data: DataDirectory;
  readonly listen: ListenAddress;
  readonly doorToken: string;
}

async function writeConfig({ project, bundle, data, listen, doorToken }: ConfigFacts) {
  const { text, environment } = workerdConfig({
    project,
    bundle,
    shards: data.shards,
    storagePath: data.storagePath,
    sources: { door: await ownWorker("door"), emptyCache: await ownWorker("empty-cache") },
    doorToken,
    address: listen,
    ...(project.assets !== undefined && { assetListing: await readAssetListing(project.assets.directory) }),
  });
  const path = join(bundle.outDir, "workerd.capnp");
  await writeFile(path, text, { mode: 0o600 });
  return { path, environment };
}

function ownWorker(name: string): Promise<string> {
  return readFile(new URL(`./door/${name}.js`, import.meta.url), "utf8");
}

async function recordWorkerd(data: DataDirectory, pid: number, log: HostLog): Promise<void> {
  try {
    const identity = await processIdentity(pid);
    if (identity !== undefined) await data.lock.update({ workerd: { pid, identity } });
  } catch (error) {
    log(
      "warn",
      `Could not note workerd's process in ${data.path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The limit has been raised as far as the system lets us: it is a warning only where that does not reach far. */
function fileLimitEntry(limit = Number.POSITIVE_INFINITY): LogEntry {
  const isLow = limit < LOW_FILE_LIMIT;
  const enough = Number.isFinite(limit)
    ? `may open ${limit} files at most, enough for about ${Math.floor(limit / 5)} connected agents`
    : "may open as many files as it likes";
  const advice =
    " For more, let the system give it a higher hard limit (root: ulimit -n 65536; systemd: LimitNOFILE=65536).";
  return {
    time: Date.now(),
    level: isLow ? "warn" : "debug",
    source: "pawl",
    message: `workerd ${enough}.${isLow ? advice : ""}`,
    ...(!isLow && { internal: true }),
  };
}

type HostLog = (level: LogLevel, message: string, facts?: LogEntry["facts"], event?: string) => void;

function hostLog(sink: LogSink): HostLog {
  return (level, message, facts, event) =>
    sink({
      time: Date.now(),
      level,
      source: "pawl",
      message,
      ...(facts !== undefined && { facts }),
      ...(event !== undefined && { event }),
    });
}
