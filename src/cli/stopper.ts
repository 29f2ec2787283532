import { isatty } from "node:tty";
import type { Server } from "../host/index.ts";

/** What a stop closes. */
type Closable = Pick<Server, "close" | "killNow">;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** npm and other wrappers pass on a Ctrl-C that the terminal has sent us already: that is still the first one. */
const SAME_KEYPRESS_MS = 300;
/** How long a start may take to come back once it was called off; a build has its own second to clean up. */
const START_GRACE_MS = 5000;

type StopSignal = (typeof SIGNALS)[number];

/**
 * Ends the process on a signal: first gently, on a second one at once. A hang-up counts only with a terminal for
 * input: nohup takes that away, and Node does not say whether the signal was to be ignored.
 */
export class Stopper {
  readonly #onStop: (signal: StopSignal) => void;
  readonly #starting = new AbortController();
  #server: Closable | undefined;
  #asked: { readonly signal: StopSignal; readonly at: number } | undefined;

  constructor(onStop: (signal: StopSignal) => void) {
    this.#onStop = onStop;
    for (const signal of SIGNALS) {
      const counts = signal !== "SIGHUP" || isatty(0);
      process.on(signal, () => {
        if (counts) this.#stop(signal);
      });
    }
    // Whoever read our output has gone (`pawl start | head`): nobody is left to serve for.
    process.stdout.on("error", () => this.#stop("SIGTERM"));
  }

  /** Aborts when a stop is asked for during the start. */
  get signal(): AbortSignal {
    return this.#starting.signal;
  }

  /** From now on a stop closes this server. */
  take(server: Closable): void {
    this.#server = server;
    if (this.#asked !== undefined) void this.#close(server);
  }

  /** Ends the process after a stop that came before there was a server. */
  exit(): never {
    process.exit(0);
  }

  #stop(signal: StopSignal): void {
    if (this.#asked !== undefined) {
      if (signal === this.#asked.signal && performance.now() - this.#asked.at < SAME_KEYPRESS_MS) return;
      if (this.#server === undefined) dieOf(this.#asked.signal);
      this.#server?.killNow();
      process.exit(130);
    }
    this.#asked = { signal, at: performance.now() };
    this.#onStop(signal);
    this.#starting.abort();
    if (this.#server !== undefined) void this.#close(this.#server);
    else setTimeout(() => this.#server ?? dieOf(signal), START_GRACE_MS).unref();
  }

  async #close(server: Closable): Promise<void> {
    await server.close();
    this.exit();
  }
}

/**
 * The end that nothing holds up. `process.exit` waits for what Node's other threads are doing, and a start that does
 * not come back hangs in one: in a file of a dead network drive, or in a pipe that nobody writes to.
 */
function dieOf(signal: StopSignal): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
