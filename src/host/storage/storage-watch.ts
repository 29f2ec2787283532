import { setTimeout as delay } from "node:timers/promises";
import type { HostLog } from "../host-log.ts";
import type { StorageFailure } from "./failure.ts";
import { bytesText, lowMark, roomNeeded, type Space } from "./free-space.ts";

/** Whether what the application writes is kept; also what the door's `GET /health` says. */
export interface StorageState {
  /** `low`: writes succeed, and there is little room left. */
  readonly state: "ok" | "low" | StorageFailure;
  /** The data directory. */
  readonly path: string;
  /** Room on its file system when this state began; absent when that could not be told. */
  readonly freeBytes?: number;
  /** Milliseconds since 1970; absent in the state `ok`. */
  readonly since?: number;
}

export interface StorageWatchOptions {
  readonly path: string;
  readonly shards: number;
  readonly space: () => Promise<Space | undefined>;
  /** Lets every shard write something. Rejects when workerd is not there, or a shard does not answer. */
  readonly tryWrites: () => Promise<void>;
  readonly onChange: (state: StorageState) => void;
  readonly log: HostLog;
  /** Pause between two looks. Default: 15 s, and 1 s to 5 s while writes are refused. */
  readonly pauseMs?: number;
}

const LOOK_EVERY_MS = 15_000;
const TRY_FIRST_MS = 1000;
const TRY_EVERY_MS = 5000;
const REMIND_MS = 10 * 60_000;
/** Two good tries in a row, and no refusal between them, make an end of it. */
const TRIES_TO_END = 2;

/**
 * Notices that the disk is full or refuses writes, from what workerd logs of it, and says so once; tries again while
 * it lasts, so that runs go on as soon as there is room, and says so too.
 */
export class StorageWatch {
  readonly #options: StorageWatchOptions;
  readonly #closing = new AbortController();
  #state: StorageState;
  #refusals = 0;
  #isTrying = false;

  constructor(options: StorageWatchOptions) {
    this.#options = options;
    this.#state = { state: "ok", path: options.path };
    void this.#lookForLittleRoom();
  }

  get state(): StorageState {
    return this.#state;
  }

  /** A write was refused. Called once for each line of workerd's that says so, however many there are. */
  refused(failure: StorageFailure): void {
    this.#refusals++;
    if (this.#isTrying || this.#closing.signal.aborted) return;
    this.#isTrying = true;
    void this.#untilThereIsRoom(failure).finally(() => {
      this.#isTrying = false;
    });
  }

  close(): void {
    this.#closing.abort();
  }

  async #untilThereIsRoom(failure: StorageFailure): Promise<void> {
    const { path, shards, pauseMs } = this.#options;
    const since = Date.now();
    const { log } = this.#options;
    this.#change(await this.#tell(failure, since));
    let remindAt = since + REMIND_MS;
    let good = 0;
    for (let tries = 0; good < TRIES_TO_END; tries++) {
      const isSoon = tries === 0 || good > 0;
      await this.#pause(pauseMs ?? (isSoon ? TRY_FIRST_MS : TRY_EVERY_MS));
      if (this.#closing.signal.aborted) return;
      if (Date.now() >= remindAt) {
        remindAt += REMIND_MS;
        await this.#tell(failure, since);
      }
      const space = await this.#options.space();
      const refusals = this.#refusals;
      const isGood = (space === undefined || space.freeBytes >= roomNeeded(shards)) && (await this.#tryWrites());
      good = isGood && refusals === this.#refusals ? good + 1 : 0;
    }
    const space = await this.#options.space();
    const room = space === undefined ? "" : ` (${bytesText(space.freeBytes)} free)`;
    const seconds = Math.round((Date.now() - since) / 1000);
    const facts = { dataDirectory: path, seconds, ...(space && { freeBytes: space.freeBytes }) };
    log("info", `Writes to ${path} succeed again${room}; unfinished runs go on.`, facts, "storage_ok");
    this.#change({ state: "ok", path });
  }

  /** Logs how things stand, for how long they have. */
  async #tell(failure: StorageFailure, since: number): Promise<StorageState> {
    const { path, log } = this.#options;
    const space = await this.#options.space();
    const minutes = Math.round((Date.now() - since) / 60_000);
    const text = failure === "full" ? fullText(path, space) : failingText(path, space);
    const facts = { dataDirectory: path, ...(space && { freeBytes: space.freeBytes }) };
    log("error", minutes === 0 ? text : `${text} (For ${minutes} minutes now.)`, facts, `storage_${failure}`);
    return { state: failure, path, since, ...(space && { freeBytes: space.freeBytes }) };
  }

  async #tryWrites(): Promise<boolean> {
    try {
      await this.#options.tryWrites();
      return true;
    } catch {
      // Not yet; what the shards say has been said.
      return false;
    }
  }

  /** A warning in time is worth more than the best of errors. */
  async #lookForLittleRoom(): Promise<void> {
    const { path, log, pauseMs } = this.#options;
    while (!this.#closing.signal.aborted) {
      const space = await this.#options.space();
      if (space !== undefined && !this.#isTrying) {
        const mark = lowMark(space);
        const { freeBytes } = space;
        if (this.#state.state === "ok" && freeBytes < mark) {
          const text = `Little room is left for ${path}: ${bytesText(freeBytes)} of ${bytesText(space.totalBytes)}. When it is used up, writes are refused and runs wait.`;
          log("warn", text, { dataDirectory: path, freeBytes }, "storage_low");
          this.#change({ state: "low", path, freeBytes, since: Date.now() });
        } else if (this.#state.state === "low" && freeBytes > 2 * mark) this.#change({ state: "ok", path });
      }
      await this.#pause(pauseMs ?? LOOK_EVERY_MS);
    }
  }

  #change(state: StorageState): void {
    if (this.#closing.signal.aborted) return;
    this.#state = state;
    this.#options.onChange(state);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
  }
}

const WHAT_FOLLOWS =
  "Writes are refused, their callers are told so, and unfinished runs wait. Nothing that was acknowledged is lost, and everything goes on by itself";

function fullText(path: string, space: Space | undefined): string {
  const room = space === undefined ? "" : `, ${bytesText(space.freeBytes)} free`;
  return `The disk is full (${path}${room}). ${WHAT_FOLLOWS} when there is room: free some, or make the disk larger.`;
}

function failingText(path: string, space: Space | undefined): string {
  const room = space === undefined ? "" : `, ${bytesText(space.freeBytes)} free`;
  return `The file system refuses writes (${path}${room}). ${WHAT_FOLLOWS} when it takes them: look for a quota that is used up, a limit of file sizes, a disk that has become read-only or fails.`;
}
