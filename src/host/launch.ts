import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle, Project } from "../compiler/index.ts";
import { workerdConfig, type ListenAddress, type OwnModule } from "./config/workerd-config.ts";
import { readAssetListing } from "./config/read-assets.ts";
import type { DataDirectory } from "./data/data-directory.ts";
import { processIdentity } from "./data/process-identity.ts";
import type { HostLog } from "./host-log.ts";
import type { LogSink } from "./log-entry.ts";
import { createLogReader } from "./logs/reader.ts";
import { stackMapper } from "./logs/stack-mapper.ts";
import { workerdBinary } from "./workerd/binary.ts";
import type { DoorClient } from "./workerd/door-client.ts";
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
  const reader = createLogReader(sink, mapper);
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
    limits,
    log,
    onSpawn: (pid) => void recordWorkerd(data, pid, log),
    onRestart: (pid) => log("info", "workerd is up again", { workerdPid: pid }, "restarted"),
  });
  const abort = () => supervisor.killNow();
  signal?.throwIfAborted();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const outcome = await supervisor.start();
    signal?.throwIfAborted();
    if (!("appPort" in outcome)) throw startFailure(outcome, output.held, listen, mapper, project.flagPlaces);
    output.release();
    return {
      port: outcome.appPort,
      fileLimit: outcome.fileLimit,
      get pid() {
        return supervisor.pid;
      },
      get door() {
        return supervisor.door;
      },
      async stop() {
        await supervisor.stop();
        reader.flush();
      },
      killNow: () => supervisor.killNow(),
    };
  } catch (error) {
    // Gone before the lock is released, or the next start meets it.
    supervisor.killNow();
    await supervisor.stop();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

async function writeConfig(facts: LaunchFacts, doorToken: string) {
  const { project, bundle, data, listen, testing, maxHeapMib } = facts;
  const { text, environment } = workerdConfig({
    project,
    bundle,
    shards: data.shards,
    storagePath: data.storagePath,
    sources: { door: await doorModules(testing), emptyCache: await ownSource("empty-cache") },
    doorToken,
    address: listen,
    ...(maxHeapMib !== undefined && { maxHeapMib }),
    ...(project.assets !== undefined && { assetListing: await readAssetListing(project.assets.directory) }),
  });
  const path = join(bundle.outDir, "workerd.capnp");
  await writeFile(path, text, { mode: 0o600 });
  return { path, environment };
}

/** Tests have a door of their own; every other server is without it. */
function doorModules(testing: boolean): Promise<OwnModule[]> {
  const names = testing ? ["test-door", "door", "wire"] : ["door"];
  return Promise.all(names.map(async (name) => ({ name: `${name}.js`, text: await ownSource(name) })));
}

function ownSource(name: string): Promise<string> {
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
