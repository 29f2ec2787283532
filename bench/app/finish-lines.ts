/**
 * Who has come how far, kept in the memory of the isolate, which runs and requests share on every engine here: a count
 * costs the engine nothing, where asking each of a thousand runs for its status would cost more than the work itself.
 */
export class FinishLine {
  readonly #expected: number;
  readonly #marks: number[] = [];
  #last = "";
  #complete = (): void => {};

  constructor(expected: number) {
    this.#expected = expected;
  }

  cross(id: string, mark = 0): void {
    this.#marks.push(mark);
    this.#last = id;
    if (this.#marks.length === this.#expected) this.#complete();
  }

  /** Resolves with the last to come when all have. */
  async all(): Promise<string> {
    if (this.#marks.length < this.#expected) await this.#wait();
    if (this.#marks.length < this.#expected) {
      throw new Error(`${this.#marks.length} of ${this.#expected} have come within ${LONGEST_MS / 60_000} minutes.`);
    }
    return this.#last;
  }

  async #wait(): Promise<void> {
    // The request that waits makes the promise: one of another request's would not wake it once that has ended.
    const complete = new Promise<void>((resolve) => {
      this.#complete = resolve;
    });
    // Without I/O of its own a request that waits for others is taken for one that hangs.
    const open = new AbortController();
    await Promise.race([complete, scheduler.wait(LONGEST_MS, { signal: open.signal })]);
    open.abort();
  }

  get marks(): readonly number[] {
    return this.#marks;
  }
}

const LONGEST_MS = 10 * 60_000;

const lines = new Map<string, FinishLine>();

export function openLine(name: string, expected: number): FinishLine {
  const line = new FinishLine(expected);
  lines.set(name, line);
  return line;
}

/** @throws when the isolate has been replaced since the line was opened */
export function lineOf(name: string): FinishLine {
  const line = lines.get(name);
  if (line === undefined)
    throw new Error(`No finish line ${name}: the process was restarted in the middle of the work.`);
  return line;
}
