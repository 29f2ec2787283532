import type { ThrownError } from "./runtime-message.ts";

export interface ReportedException extends ThrownError {
  /** What was thrown, when it was no Error: a value has no stack, and workerd turns it into text. */
  readonly value?: string;
  /** True when the exception went to a caller inside the application, which may well have handled it. */
  readonly handled: boolean;
}

/** An exception that left an event shows up again at each object and Worker it passes through, within this time. */
const ECHO_MS = 2000;
const MAX_REMEMBERED = 100;

/**
 * Makes one report of the several lines that workerd writes for one exception.
 *
 * It says "thrown" for every exception that leaves a function of ours, and right after it "ended event" when that was
 * the end of a request, an alarm or a message. Without the second line the exception went to a caller over RPC: only
 * if the caller does not catch it either does it come up again, with the caller's frames instead of those that matter.
 */
export class ExceptionMerger {
  readonly #report: (exception: ReportedException) => void;
  readonly #now: () => number;
  #pending: ThrownError | undefined;
  /** Exceptions that went to a caller, by header, with the frames of where they began. */
  readonly #origins = new Map<string, { frames: readonly string[]; at: number }>();
  /** When an exception of this header was last reported. */
  readonly #reported = new Map<string, number>();

  constructor(report: (exception: ReportedException) => void, now: () => number = () => performance.now()) {
    this.#report = report;
    this.#now = now;
  }

  thrown(error: ThrownError): void {
    this.settle();
    this.#pending = error;
  }

  endedEvent(header: string): void {
    const pending = this.#pending;
    this.#pending = undefined;
    // workerd makes an Error of a value only after it has told of the value.
    const isValue = pending?.frames.length === 0 && header === `Error: ${pending.header}`;
    if (isValue) this.#escaped({ header, frames: [] }, pending.header);
    else this.#escaped(pending?.header === header ? pending : { header, frames: [] });
  }

  reachedClient(header: string): void {
    this.settle();
    if (!this.#wasReported(header)) this.#escaped({ header, frames: [] });
  }

  /** To be called when no further line follows at once: a pending exception has gone to a caller. */
  settle(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    // An echo on its way up through another object: its origin is known already and says more.
    if (!this.#isEcho(pending)) {
      remember(this.#origins, pending.header, { frames: pending.frames, at: this.#now() });
    }
    this.#report({ ...pending, handled: true });
  }

  #escaped(error: ThrownError, value?: string): void {
    if (this.#wasReported(error.header) && this.#isEcho(error)) return;
    const origin = this.#origins.get(error.header);
    this.#origins.delete(error.header);
    const known = origin !== undefined && this.#now() - origin.at < ECHO_MS ? origin.frames : [];
    const frames = [...known, ...error.frames.filter((frame) => !known.includes(frame))];
    remember(this.#reported, error.header, this.#now());
    this.#report({ header: error.header, frames, handled: false, ...(value !== undefined && { value }) });
  }

  /** Where an exception is passed on rather than made, its stack begins at an `await` or is empty. */
  #isEcho(error: ThrownError): boolean {
    const first = error.frames[0];
    const passedOn = first === undefined || /^\s+at async /.test(first);
    return passedOn && (this.#wasReported(error.header) || this.#origins.has(error.header));
  }

  #wasReported(header: string): boolean {
    const at = this.#reported.get(header);
    return at !== undefined && this.#now() - at < ECHO_MS;
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MAX_REMEMBERED) break;
    map.delete(oldest);
  }
}
