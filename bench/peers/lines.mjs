// Who has come how far: a count in memory, as the Worker in ../app has it.

/** @type {Map<string, FinishLine>} */
const lines = new Map();

export class FinishLine {
  /** @type {number[]} */
  marks = [];
  #complete = () => {};

  constructor(/** @type {number} */ expected) {
    this.expected = expected;
    /** Resolves when all have come. */
    this.all = new Promise((resolve) => {
      this.#complete = () => resolve(undefined);
    });
  }

  cross(mark = 0) {
    this.marks.push(mark);
    if (this.marks.length === this.expected) this.#complete();
  }
}

export function openLine(/** @type {string} */ name, /** @type {number} */ expected) {
  const line = new FinishLine(expected);
  lines.set(name, line);
  return line;
}

/** Runs of an earlier work may still come in. */
export function cross(/** @type {string} */ name, mark = 0) {
  lines.get(name)?.cross(mark);
}
