import { join, resolve } from "node:path";
import { compile, formatPlace, readProject, type Bundle, type JsonValue, type Project } from "../compiler/index.ts";
import { adaptProject, type PageSource } from "./adapt-project.ts";
import type { ListenAddress } from "./config/workerd-config.ts";
import { openDataDirectory, type DataDirectory } from "./data/data-directory.ts";
import { shardFiles } from "./data/shard-files.ts";
import { endOrphan } from "./data/orphan.ts";
import { DataDirectoryMismatchError, DataDirectoryUnusableError, StartFailedError } from "./errors.ts";
import { fileLimitEntry, type HostLog, hostLog } from "./host-log.ts";
import { launch, type Serving } from "./launch.ts";
import { refuseBusyPort, serverUrl } from "./listen.ts";
import type { LogSink } from "./log-entry.ts";
import { bytesText } from "./storage/free-space.ts";
import { isNoRoom } from "./storage/failure.ts";
import type { StorageState } from "./storage/storage-watch.ts";
import { pawlVersion } from "./version.ts";
import { DEFAULT_LIMITS, type SupervisorLimits } from "./workerd/supervisor.ts";

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
  /** The most that JavaScript may take of the memory, in MiB; beyond it workerd ends and is started again. Default: V8's own. */
  readonly maxHeapMib?: number;
  readonly limits?: Partial<SupervisorLimits>;
  /** Variables beside the project's, and in place of those of the same name. */
  readonly vars?: Readonly<Record<string, JsonValue>>;
  /** Where the project's page comes from. Default `"built"`. */
  readonly page?: PageSource;
  /** Lets tests look into runs and change what they meet. Nothing of that is there without. Default `false`. */
  readonly testing?: boolean;
  /** Where people reach it, when that is not where it listens; told to whoever finds the data in use. */
  readonly publicUrl?: string;
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
  /** Whether what the application writes is kept, or the disk is full or refuses it. */
  readonly storage: StorageState;
  /** Absolute paths of the files that the present build was made of, those of packages left out. */
  readonly inputs: readonly string[];
  /**
   * Reads the project again, builds it, and serves the new build on the same data and address. Open connections close;
   * unfinished runs go on with the new code. One call at a time.
   *
   * @throws PawlError when it cannot be read, built or started: the former build is then served as before.
   */
  reload(): Promise<void>;
  /** Passes a call of a test to the workflow engine. @throws in a server that was not started for testing. */
  test(call: unknown, timeoutMs: number): Promise<unknown>;
  /** Stops the server: workerd gets two seconds to finish, then it is killed. May be called more than once. */
  close(): Promise<void>;
  /** Ends workerd at once; `close` is still to be called. */
  killNow(): void;
}

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
  const project = await readProjectOf(options);
  const data = await openDataDirectory(resolve(options.dataDirectory ?? join(project.root, ".pawl")), {
    name: project.name,
    ...(options.shards !== undefined && { shards: options.shards }),
  });
  try {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    return await serve({ options, data, log: hostLog(options.log), limits }, listen, project);
  } catch (error) {
    await data.lock.release();
    throw isNoRoom(error) ? new DataDirectoryUnusableError(data.path, error) : error;
  }
}

function readProjectOf({ project, environment }: StartOptions): Promise<Project> {
  return readProject(project, environment === undefined ? {} : { environment });
}

/** What lasts as long as the server; builds come and go. */
interface Frame {
  readonly options: StartOptions;
  readonly data: DataDirectory;
  readonly log: HostLog;
  readonly limits: SupervisorLimits;
}

/** A build of the project, and the files whose change makes it old. */
interface Build {
  readonly project: Project;
  readonly bundle: Bundle;
  readonly inputs: readonly string[];
}

async function serve(frame: Frame, listen: ListenAddress, project: Project): Promise<Server> {
  const { options, data, log } = frame;
  const orphan = await endOrphan(data.lock.former, data.path);
  if (orphan !== undefined) log("warn", `Ended workerd process ${orphan}, which a former pawl had left behind.`);
  options.signal?.throwIfAborted();
  // Before the build, which takes longer: workerd's own answer comes only after it.
  await refuseBusyPort(listen);

  options.onProgress?.("building");
  const build = await buildIn(frame, project, data.buildPath, options.signal);
  options.signal?.throwIfAborted();

  options.onProgress?.("starting");
  if (data.isUpgrade) log("info", `Bringing the data in ${data.path} to the version of pawl ${pawlVersion()}.`);
  const builtAt = performance.now();
  const serving = await serveBuild(frame, build, listen, options.signal);
  const address = { host: listen.host, port: serving.port };
  try {
    await data.opened();
    await hintAtCompaction(data.path, log);
    options.log(fileLimitEntry(serving.fileLimit));
    await data.lock.update({ url: options.publicUrl ?? serverUrl(address) });
  } catch (error) {
    await serving.stop();
    throw error;
  }
  return new RunningServer(frame, address, build, serving, performance.now() - builtAt);
}

/** Room that deleted runs have left, from which on it is worth a word: as much as all the rest, and something to see. */
const MUCH_ROOM = 256 * 1024 * 1024;

async function hintAtCompaction(path: string, log: HostLog): Promise<void> {
  const files = await shardFiles(path);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const freeBytes = files.reduce((sum, file) => sum + file.freeBytes, 0);
  if (freeBytes < MUCH_ROOM || freeBytes < bytes / 2) return;
  const text = `Of ${bytesText(bytes)} that the workflow engine's databases take, ${bytesText(freeBytes)} are room that deleted runs have left. It is used again before they grow; "pawl compact" gives it back to the disk, while the server is stopped.`;
  log("info", text, { bytes, freeBytes }, "compaction_advised");
}

async function buildIn(
  { options, data, log }: Frame,
  given: Project,
  outDir: string,
  signal?: AbortSignal,
): Promise<Build> {
  const project = await adaptProject(given, options, data.buildPath);
  let inputs: readonly string[] = [];
  const bundle = await compile(project, {
    outDir,
    shards: data.shards,
    ...(options.maxLiveRuns !== undefined && { maxLiveRuns: options.maxLiveRuns }),
    ...(options.testing !== undefined && { testing: options.testing }),
    onWarning: ({ text, place }) => log("warn", place === undefined ? text : `${formatPlace(place)}: ${text}`),
    onInputs: (files) => (inputs = files),
    ...(signal !== undefined && { signal }),
  });
  return { project, bundle, inputs };
}

function serveBuild(
  { options, data, log, limits }: Frame,
  { project, bundle }: Build,
  listen: ListenAddress,
  signal?: AbortSignal,
): Promise<Serving> {
  return launch({
    project,
    bundle,
    data,
    listen,
    limits,
    testing: options.testing === true,
    maxHeapMib: options.maxHeapMib,
    sink: options.log,
    log,
    signal,
  });
}

/** The server that `startServer` gives out: one build after the other on the same data and address. */
class RunningServer implements Server {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly startedInMs: number;
  readonly #frame: Frame;
  #build: Build;
  #serving: Serving;
  #reloads = 0;
  #closing: Promise<void> | undefined;

  constructor(frame: Frame, { host, port }: ListenAddress, build: Build, serving: Serving, startedInMs: number) {
    this.host = host;
    this.port = port;
    this.url = serverUrl({ host, port });
    this.startedInMs = startedInMs;
    this.#frame = frame;
    this.#build = build;
    this.#serving = serving;
  }

  get project(): Project {
    return this.#build.project;
  }

  get inputs(): readonly string[] {
    return this.#build.inputs;
  }

  get dataDirectory(): string {
    return this.#frame.data.path;
  }

  get shards(): number {
    return this.#frame.data.shards;
  }

  get pid(): number | undefined {
    return this.#serving.pid;
  }

  get storage(): StorageState {
    return this.#serving.storage;
  }

  async reload(): Promise<void> {
    const { options, data } = this.#frame;
    const former = this.#build;
    const project = await readProjectOf(options);
    if (project.name !== former.project.name) {
      throw new DataDirectoryMismatchError(
        data.path,
        `The Worker is called "${project.name}" now, and the data directory ${data.path} belongs to "${former.project.name}". Change the name back, or stop and start again with another data directory.`,
      );
    }
    // Beside the build that is being served, which is taken up again when this one does not start.
    const outDir = join(data.buildPath, `reload-${this.#reloads++ % 2}`);
    const next = await buildIn(this.#frame, project, outDir);
    if (this.#closing !== undefined) return;
    await this.#serving.stop();
    try {
      await this.#serve(next);
    } catch (error) {
      await this.#serve(former).catch((cause: unknown) => {
        const reasons = [error, cause].map((reason) => (reason instanceof Error ? reason.message : String(reason)));
        throw new StartFailedError(reasons.join("\n\nAnd the former build does not start any more:\n\n"), { cause });
      });
      throw error;
    }
  }

  async #serve(build: Build): Promise<void> {
    if (this.#closing !== undefined) return;
    this.#serving = await serveBuild(this.#frame, build, { host: this.host, port: this.port });
    this.#build = build;
    // Closed meanwhile: that has stopped the one before.
    if (this.#closing !== undefined) await this.#serving.stop();
  }

  async test(call: unknown, timeoutMs: number): Promise<unknown> {
    const { door } = this.#serving;
    if (door === undefined) throw new Error("workerd is not running at the moment.");
    return door.test(call, timeoutMs);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#serving.stop().then(() => this.#frame.data.lock.release()));
  }

  killNow(): void {
    this.#serving.killNow();
  }
}
