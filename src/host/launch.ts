import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle, Project } from "../compiler/index.ts";
import { workerdConfig, type ListenAddress } from "./config/workerd-config.ts";
import { readAssetListing } from "./config/read-assets.ts";
import type { DataDirectory } from "./data/data-directory.ts";
import type { LockFacts } from "./data/lock.ts";
import { processIdentity } from "./data/process-identity.ts";
import { doorModules } from "./door-modules.ts";
import { DataDirectoryMismatchError } from "./errors.ts";
import type { HostLog } from "./host-log.ts";
import type { LogSink } from "./log-entry.ts";
import { createLogReader } from "./logs/reader.ts";
import { stackMapper } from "./logs/stack-mapper.ts";
import { spaceAt } from "./storage/free-space.ts";
import { type StorageState, StorageWatch } from "./storage/storage-watch.ts";
import { pawlVersion } from "./version.ts";
import { workerdBinary } from "./workerd/binary.ts";
import type { DoorClient, ShardFailure } from "./workerd/door-client.ts";
import { startFailure } from "./workerd/start-failure.ts";
import { StartOutput } from "./workerd/start-output.ts";
import { Supervisor, type SupervisorLimits } from "./workerd/supervisor.ts";

export interface LaunchFacts {
  readonly project: Project;
  readonly bundle: Bundle;
  readonly data: DataDirectory;
  readonly listen: ListenAddress;
  readonly limits: SupervisorLimits;
  readonly testing: boolean;
  readonly maxHeapMib: number | undefined;
  readonly sink: LogSink;
  readonly log: HostLog;
  readonly signal: AbortSignal | undefined;
}

/** One build of a project, being served. */
export interface Serving {
  readonly port: number;
  /** workerd's limit of open files; undefined when it is unlimited or unknown. */
  readonly fileLimit: number | undefined;
  readonly pid: number | undefined;
  readonly door: DoorClient | undefined;
  /** Whether what the application writes is kept. */
  readonly storage: StorageState;
  /** Ends it gently; may be called more than once. */
  stop(): Promise<void>;
  killNow(): void;
}

/**
 * Starts workerd on a build and keeps it up.
 * @throws ListenError, StartFailedError when it does not get ready; nothing of it is left then.
 */
export async function launch(facts: LaunchFacts): Promise<Serving> {
  const { project, bundle, data, listen, limits, sink, log, signal } = facts;
  const doorToken = randomBytes(32).toString("hex");
  const config = await writeConfig(facts, doorToken);
  const mapper = stackMapper(bundle, (message) => log("warn", message));
  const storage = new StorageWatch({
    path: data.path,
    shards: data.shards,
    space: () => spaceAt(data.path),
    tryWrites: () => supervisor.wake(),
    onChange: () => void tellDoor(),
    log,
  });
  const reader = createLogReader(sink, mapper, (failure) => storage.refused(failure));
  const output = new StartOutput(reader);
  // What it says is of use to whoever looks, and to nobody else: when it cannot be told, the log has it.
  const tellDoor = async () => supervisor.door?.setHealth({ storage: storage.state }).catch(() => undefined);

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
    isUpgrade: data.isUpgrade,
    limits,
    log,
    onStorageFailure: (failure) => storage.refused(failure),
    onReady: () => void tellDoor(),
    onSpawn: (pid) => void noteInLock(facts, workerdFacts(pid)),
    onRestart: (pid, { doorPort }) =>
      void noteInLock(facts, { door: { port: doorPort, token: doorToken } }).then(() =>
        log("info", "workerd is up again", { workerdPid: pid }, "restarted"),
      ),
  });
  const abort = () => supervisor.killNow();
  signal?.throwIfAborted();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const outcome = await supervisor.start();
    signal?.throwIfAborted();
    if ("refusedData" in outcome) throw refusedData(data.path, outcome.refusedData);
    if (!("appPort" in outcome)) throw startFailure(outcome, output.held, listen, mapper, project.flagPlaces);
    output.release();
    await noteInLock(facts, { door: { port: outcome.doorPort, token: doorToken } });
    return {
      port: outcome.appPort,
      fileLimit: outcome.fileLimit,
      get pid() {
        return supervisor.pid;
      },
      get door() {
        return supervisor.door;
      },
      get storage() {
        return storage.state;
      },
      async stop() {
        storage.close();
        await supervisor.stop();
        reader.flush();
      },
      killNow: () => supervisor.killNow(),
    };
  } catch (error) {
    // Gone before the lock is released, or the next start meets it.
    storage.close();
    supervisor.killNow();
    await supervisor.stop();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function refusedData(path: string, { shard, message }: ShardFailure): DataDirectoryMismatchError {
  const reason = message.replace(/^Error: /, "");
  return new DataDirectoryMismatchError(
    path,
    `The data directory ${path} cannot be opened by pawl ${pawlVersion()}. Shard ${shard} says: ${reason}`,
  );
}

async function writeConfig(facts: LaunchFacts, doorToken: string) {
  const { project, bundle, data, listen, testing, maxHeapMib } = facts;
  const { text, environment } = workerdConfig({
    project,
    bundle,
    shards: data.shards,
    storagePath: data.storagePath,
    sources: { door: await doorModules(testing), emptyCache: await emptyCache() },
    doorToken,
    address: listen,
    ...(maxHeapMib !== undefined && { maxHeapMib }),
    ...(project.assets !== undefined && { assetListing: await readAssetListing(project.assets.directory) }),
  });
  const path = join(bundle.outDir, "workerd.capnp");
  await writeFile(path, text, { mode: 0o600 });
  return { path, environment };
}

function emptyCache(): Promise<string> {
  return readFile(new URL("./door/empty-cache.js", import.meta.url), "utf8");
}

async function workerdFacts(pid: number): Promise<LockFacts> {
  const identity = await processIdentity(pid);
  return identity === undefined ? {} : { workerd: { pid, identity } };
}

/** For whoever finds this server by its data directory. */
async function noteInLock({ data, log }: LaunchFacts, facts: LockFacts | Promise<LockFacts>): Promise<void> {
  try {
    await data.lock.update(await facts);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log("warn", `Could not note the running workerd in ${data.path}: ${reason}`);
  }
}
