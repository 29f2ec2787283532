import type { Commits } from "../journal/commits.ts";
import { EngineError } from "../base/errors.ts";
import { logLine, type LogSubject } from "../base/log.ts";
import type { SuspectRow, SuspectsTable } from "../journal/suspects-table.ts";
import type { Timers } from "../time/timers.ts";

/** What was under way at so many deaths of the process in a row is taken for their cause. */
const DEATHS = 3;
/** How long one suspect is watched alone. A blocked loop also keeps this time from passing; memory fills slowly. */
const WATCH_MS = { blocked: 5000, crashed: 120_000 } as const;
/** How long the process must have lived for the caution to end. */
const QUIET_MS = { blocked: 60_000, crashed: 600_000 } as const;
const LOOK_AGAIN_MS = 50;
const MAX_LINES = 20;

/** The suspect that is watched at present. Of the module: all shards of a process die together. */
let watched: { readonly by: Caution; readonly key: number; readonly until: number } | undefined;

/** How the process ended before this start: `blocked 2` or `crashed 1`, with how often in a row; empty otherwise. */
export interface LastDeath {
  readonly kind: "blocked" | "crashed";
  readonly inRow: number;
}

export function readLastDeath(text: unknown): LastDeath | undefined {
  const match = typeof text === "string" ? /^(blocked|crashed) (\d+)$/.exec(text) : null;
  if (match === null) return undefined;
  return { kind: match[1] === "blocked" ? "blocked" : "crashed", inRow: Number(match[2]) };
}

/**
 * After the process has died of a blocked event loop or of a crash, everything of the application's that runs here is
 * written down, on disk, before it runs, and crossed out after it. What is found there after the next death was under
 * way when it came: a suspect. Suspects run one at a time, so that the innocent ones are seen to be innocent, and what
 * was under way at three deaths is failed instead of run again. While all is well none of this costs anything.
 */
export class Caution {
  isOn: boolean;
  readonly #storage: DurableObjectStorage;
  readonly #table: SuspectsTable;
  readonly #commits: Commits;
  readonly #timers: Timers;
  readonly #kind: LastDeath["kind"];
  readonly #deaths = new Map<number, number>();
  /** Suspects that wait for their turn to be watched. */
  #waiting = 0;

  constructor(
    storage: DurableObjectStorage,
    table: SuspectsTable,
    commits: Commits,
    timers: Timers,
    lastDeath: LastDeath | undefined,
  ) {
    this.#storage = storage;
    this.#table = table;
    this.#commits = commits;
    this.#timers = timers;
    this.#kind = lastDeath?.kind ?? "blocked";
    if (lastDeath !== undefined) this.#charge(lastDeath);
    table.removeInnocent();
    for (const { key, deaths } of table.all()) this.#deaths.set(key, deaths);
    this.isOn = lastDeath !== undefined || this.#deaths.size > 0;
    if (this.isOn) this.#endLater();
  }

  /** The first death in a row came when nobody wrote anything down: it is charged together with the second. */
  #charge({ kind, inRow }: LastDeath): void {
    const rows = this.#table.underWay();
    for (const row of rows) {
      const charged = row.deaths === 0 && inRow === 2 ? 2 : 1;
      this.#table.setDeaths(row.key, row.deaths + charged);
    }
    for (const row of this.#table.underWay().slice(0, MAX_LINES)) reportSuspect(row, kind);
    if (rows.length > MAX_LINES) console.error(`… and ${rows.length - MAX_LINES} others were under way as well`);
  }

  /**
   * Before code of the application runs: resolves when that is on disk.
   * @param key of a step; negative for the code that runs after it
   * @throws EngineError when this has taken the process down three times
   */
  async enter(key: number, subject: LogSubject): Promise<void> {
    const deaths = this.#deaths.get(key) ?? 0;
    if (deaths >= DEATHS) {
      this.#deaths.delete(key);
      await this.#commits.join(() => this.#table.remove(key));
      throw condemnation(subject);
    }
    if (deaths > 0) await this.#turnOf(key);
    await this.#commits.join(() => this.#table.put({ key, deaths, subject: JSON.stringify(subject) }));
    await this.#storage.sync();
  }

  /** It has come to an end, or has handed over to something that is written down by itself. */
  leave(key: number): void {
    const isSuspect = this.#deaths.delete(key);
    const crossedOut = this.#commits.join(() => this.#table.remove(key));
    if (isSuspect) void this.#releaseAfter(crossedOut, key);
  }

  async #turnOf(key: number): Promise<void> {
    this.#waiting++;
    // A promise of another object's must not be awaited, so its end is looked for.
    while (isSomebodyWatched()) await this.#later(LOOK_AGAIN_MS);
    this.#waiting--;
    const watchMs = WATCH_MS[this.#kind];
    watched = { by: this, key, until: Date.now() + 2 * watchMs };
    void this.#later(watchMs).then(() => this.#vouchFor(key));
  }

  /** It has been alone for long and the process lives: what comes now is charged to somebody else. */
  #vouchFor(key: number): void {
    if (watched?.by !== this || watched.key !== key) return;
    this.#deaths.delete(key);
    void this.#releaseAfter(
      this.#commits.join(() => this.#table.remove(key)),
      key,
    );
  }

  /** The next suspect may be the culprit: not before what is on disk says that this one was not under way then. */
  async #releaseAfter(crossedOut: Promise<void>, key: number): Promise<void> {
    try {
      await crossedOut;
      await this.#storage.sync();
    } catch {
      // The object ends with its storage, which says so; the others are not to wait for it.
    }
    if (watched?.by === this && watched.key === key) watched = undefined;
  }

  #endLater(): void {
    void this.#later(QUIET_MS[this.#kind]).then(() => {
      if (this.#waiting > 0 || watched?.by === this) this.#endLater();
      else this.isOn = false;
    });
  }

  #later(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timers.add(Date.now() + ms, resolve);
    });
  }
}

function isSomebodyWatched(): boolean {
  return watched !== undefined && watched.until > Date.now();
}

function condemnation({ step }: LogSubject): EngineError {
  const what = step === undefined ? "The code between the steps of this run" : `Step "${step}"`;
  return new EngineError(
    "NonRetryableError",
    `${what} has taken the server down ${DEATHS} times: it keeps the event loop busy without end, or uses up the memory. It is not run again.`,
  );
}

function reportSuspect({ deaths, subject }: SuspectRow, kind: LastDeath["kind"]): void {
  const how = kind === "blocked" ? "because its event loop was blocked" : "of a crash";
  const verdict = deaths >= DEATHS ? "; it is failed" : `; at ${DEATHS} it is failed`;
  const text = `was under way when the process died ${how} (${deaths} of ${DEATHS} times${verdict})`;
  logLine("error", JSON.parse(subject) as LogSubject, text);
}
