/**
 * Who has come how far, kept in the memory of the isolate, which runs and requests share on every engine here: a count
 * costs the engine nothing, where asking each of a thousand runs for its status would cost more than the work itself.
 */
export class FinishLine {
  readonly #expected: number;
  readonly #marks: number[] = [];
  #last = "";
  #complete = (): void => {};
  readonly #all: Promise<void>;

  constructor(expected: number) {
    this.#expected = expected;
    this.#all = new Promise((resolve) => {
      this.#complete = resolve;
    });
    if (expected === 0) this.#complete();
  }

  cross(id: string, mark = 0): void {
    this.#marks.push(mark);
    this.#last = id;
    if (this.#marks.length === this.#expected) this.#complete();
  }

  /** Resolves with the last to come when all have. */
  async all(): Promise<string> {
    // Without I/O of its own a request that waits for another one is taken for one that hangs.
    const open = new AbortController();
    await Promise.race([this.#all, scheduler.wait(LONGEST_MS, { signal: open.signal })]);
    open.abort();
    if (this.#marks.length < this.#expected) {
      throw new Error(`${this.#marks.length} of ${this.#expected} have come within ${LONGEST_MS / 60_000} minutes.`);
    }
    return this.#last;
  }

  get marks(): readonly number[] {
    return this.#marks;
  }
}

const LONGEST_MS = 30 * 60_000;

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
