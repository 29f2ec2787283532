import { setTimeout as delay } from "node:timers/promises";
import { LAST_DEATH_VARIABLE, socketAddress, type ListenAddress } from "../config/workerd-config.ts";
import type { LogLevel } from "../log-entry.ts";
import { type StorageFailure, storageFailureIn } from "../storage/failure.ts";
import { failuresAfterExit, restartDelayMs } from "./backoff.ts";
import { type DoorClient, doorClient, type ShardFailure } from "./door-client.ts";
import {
  spawnWorkerd,
  type WorkerdExit,
  type WorkerdOptions,
  type WorkerdProcess,
  type WorkerdReady,
} from "./spawn.ts";
import { watch } from "./watchdog.ts";

export interface SupervisorOptions {
  readonly process: Omit<WorkerdOptions, "address">;
  readonly listen: ListenAddress;
  readonly doorToken: string;
  /** Whether there are engine shards to knock on. */
  readonly hasEngine: boolean;
  /** They are about to bring their data to a newer version. */
  readonly isUpgrade: boolean;
  readonly limits: SupervisorLimits;
  readonly log: (level: LogLevel, message: string, facts?: Record<string, string | number>) => void;
  /** Told about every process, before it is ready. */
  readonly onSpawn: (pid: number) => void;
  /** Told when a process, the first or another, has become ready. */
  readonly onReady: () => void;
  /** Told when a shard cannot be started because the disk refuses writes. */
  readonly onStorageFailure: (failure: StorageFailure) => void;
  /** Told when a process other than the first has become ready. */
  readonly onRestart: (pid: number, ready: WorkerdReady) => void;
}

export interface SupervisorLimits {
  /** How long the event loop may be blocked before workerd is killed. */
  readonly blockedAfterMs: number;
  readonly healthIntervalMs: number;
  /** How long one start may take. */
  readonly readyWithinMs: number;
  /** How long workerd may take to stop by itself: it waits for open WebSockets, for ever. */
  readonly stopGraceMs: number;
}

export const DEFAULT_LIMITS: SupervisorLimits = {
  blockedAfterMs: 15_000,
  healthIntervalMs: 2000,
  readyWithinMs: 60_000,
  stopGraceMs: 2000,
};

/** How long all shards together may take to start; a slow one is not waited for longer, its alarm wakes it too. */
const WAKE_TIMEOUT_MS = 10_000;
/** When they bring their data to a newer version first, of which a shard may have gigabytes. */
const UPGRADE_TIMEOUT_MS = 60 * 60_000;

/** Why workerd is not there. */
export type WorkerdFailure = { readonly exit: WorkerdExit } | { readonly timedOutAfterMs: number };

/** Why the first start did not get anywhere; `refusedData`: a shard does not open what it has, now or ever. */
export type FirstStartFailure = WorkerdFailure | { readonly refusedData: ShardFailure };

/** Keeps one workerd process running: starts it, watches it, starts it again when it ends, stops it when asked. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #current: WorkerdProcess | undefined;
  #door: DoorClient | undefined;
  #appPort: number;
  #failures = 0;
  /** Of what the last process died, for the engine: `blocked 1`, `crashed 2`, with how often in a row. */
  #lastDeath = "";
  #isBlocked = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#appPort = options.listen.port;
  }

  /** The first start. Resolves to what is listening, or to why nothing is: that is for the user to mend, not to retry. */
  async start(): Promise<WorkerdReady | FirstStartFailure> {
    const { process, outcome } = await this.#launch();
    if (!("appPort" in outcome)) return outcome;
    const refusedData = await this.#knock(outcome);
    if (refusedData !== undefined) return { refusedData };
    this.#appPort = outcome.appPort;
    this.#loop = this.#keepRunning(process, outcome);
    return outcome;
  }

  get pid(): number | undefined {
    return this.#current?.pid;
  }

  /** The way into the process that is ready; undefined while there is none. */
  get door(): DoorClient | undefined {
    return this.#door;
  }

  /** Knocks at every shard: one that is waiting for room tries to write. @throws Error when one of them cannot */
  async wake(): Promise<void> {
    if (this.#door === undefined) throw new Error("workerd is not running at the moment.");
    const [failure] = await this.#door.wake(WAKE_TIMEOUT_MS);
    if (failure !== undefined) throw new Error(`Shard ${failure.shard}: ${failure.message}`);
  }

  /** Stops workerd and does not start it again. May be called more than once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const current = this.#current;
    if (current !== undefined) {
      current.kill("SIGTERM");
      const graceOver = new AbortController();
      const grace = delay(this.#options.limits.stopGraceMs, "late", { signal: graceOver.signal }).catch(
        () => "aborted",
      );
      if ((await Promise.race([current.exited, grace])) === "late") current.kill("SIGKILL");
      graceOver.abort();
      await current.exited;
    }
    await this.#loop;
  }

  /** Ends workerd at once. For a second Ctrl-C. */
  killNow(): void {
    this.#stopping.abort();
    this.#current?.kill("SIGKILL");
  }

  async #launch(): Promise<{ process: WorkerdProcess; outcome: WorkerdReady | WorkerdFailure }> {
    const { limits, listen, onSpawn } = this.#options;
    const address = socketAddress({ host: listen.host, port: this.#appPort });
    const { process: options } = this.#options;
    const environment = { ...options.environment, [LAST_DEATH_VARIABLE]: this.#lastDeath };
    const process = spawnWorkerd({ ...options, environment, address });
    this.#current = process;
    onSpawn(process.pid);
    const waitOver = new AbortController();
    const outcome = await Promise.race([
      process.ready,
      process.exited.then((exit) => ({ exit })),
      delay(limits.readyWithinMs, { timedOutAfterMs: limits.readyWithinMs }, { signal: waitOver.signal }),
    ]);
    waitOver.abort();
    if ("timedOutAfterMs" in outcome) process.kill("SIGKILL");
    if (!("appPort" in outcome)) await process.exited;
    return { process, outcome };
  }

  /**
   * Recovery starts here: each shard takes up its unfinished runs. Their alarms would do it too, later.
   * @returns a shard that refuses its data, if there is one
   */
  async #knock({ doorPort }: WorkerdReady): Promise<ShardFailure | undefined> {
    const { log, doorToken, hasEngine, isUpgrade } = this.#options;
    if (!hasEngine) return undefined;
    try {
      const failures = await doorClient(doorPort, doorToken).wake(isUpgrade ? UPGRADE_TIMEOUT_MS : WAKE_TIMEOUT_MS);
      for (const { shard, message } of failures) {
        const failure = storageFailureIn(message);
        if (failure === undefined) log("error", `Workflow shard ${shard} did not start: ${message}`, { shard });
        else this.#options.onStorageFailure(failure);
      }
      return failures.find(({ message }) => storageFailureIn(message) === undefined && REFUSED_DATA.test(message));
    } catch (error) {
      if (this.#stopping.signal.aborted) return undefined;
      log(
        "error",
        `The workflow engine did not answer at start: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  }

  async #keepRunning(first: WorkerdProcess, firstReady: WorkerdReady): Promise<void> {
    let process = first;
    let ready: WorkerdReady | undefined = firstReady;
    for (;;) {
      const startedAt = performance.now();
      const exit = ready === undefined ? await process.exited : await this.#attend(process, ready);
      if (this.#stopping.signal.aborted) return;
      this.#failures = failuresAfterExit(this.#failures, performance.now() - startedAt);
      this.#lastDeath = `${this.#isBlocked ? "blocked" : "crashed"} ${this.#failures}`;
      this.#isBlocked = false;
      const waitMs = restartDelayMs(this.#failures);
      this.#options.log("error", `workerd ended (${describeExit(exit)}); starting it again in ${waitMs} ms`, {
        failures: this.#failures,
      });
      await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      const next = await this.#launch();
      process = next.process;
      ready = "appPort" in next.outcome ? next.outcome : undefined;
      if (ready !== undefined) await this.#knock(ready);
      if (ready !== undefined) this.#options.onRestart(process.pid, ready);
      else if ("timedOutAfterMs" in next.outcome) {
        this.#options.log("error", `workerd was not ready after ${next.outcome.timedOutAfterMs} ms and was killed`);
      }
    }
  }

  /** Watches a ready process until it has ended. */
  async #attend(process: WorkerdProcess, { doorPort }: WorkerdReady): Promise<WorkerdExit> {
    const { limits, doorToken, log } = this.#options;
    const ended = new AbortController();
    const door = doorClient(doorPort, doorToken);
    this.#door = door;
    this.#options.onReady();
    void watch({
      check: (timeoutMs) => door.health(timeoutMs),
      limitMs: limits.blockedAfterMs,
      intervalMs: limits.healthIntervalMs,
      signal: AbortSignal.any([ended.signal, this.#stopping.signal]),
      onBlocked: (silentMs) => {
        log(
          "error",
          `The event loop has been blocked for ${Math.round(silentMs / 1000)} s: some code of the Worker does not come to an end. Killing workerd to get the others going again.`,
        );
        this.#isBlocked = true;
        process.kill("SIGKILL");
      },
    });
    const exit = await process.exited;
    this.#door = undefined;
    ended.abort();
    return exit;
  }
}

/** The engine's words (src/engine/journal/store.ts) for data that it must not touch. */
const REFUSED_DATA = /^Error: The data of this shard /;

export function describeExit({ code, signal }: WorkerdExit): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? "it could not be started" : `exit code ${code}`;
}
