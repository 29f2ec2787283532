/** A due time in memory. Made by `Timers.add`; pass it to `Timers.cancel`. */
export interface Timer {
  dueAt: number;
  fire: () => void;
  /** Position in the heap; -1 when not in it. */
  index: number;
}

/** `setTimeout` takes 31 bits; a later timer is armed again on the way. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * All waits of one shard behind a single platform timer: a binary heap that knows its entries' places, so that a step
 * that ends before its ten-minute timeout leaves nothing behind. What must survive the process is a row as well (E5).
 */
export class Timers {
  readonly #heap: Timer[] = [];
  #armedFor = Number.POSITIVE_INFINITY;
  #handle: ReturnType<typeof setTimeout> | undefined;

  add(dueAt: number, fire: () => void): Timer {
    const timer: Timer = { dueAt, fire, index: this.#heap.length };
    this.#heap.push(timer);
    this.#up(timer.index);
    if (dueAt < this.#armedFor) this.#arm(dueAt);
    return timer;
  }

  /** Harmless when it has fired or was cancelled before. The platform timer stays armed: firing for nothing is cheap. */
  cancel(timer: Timer): void {
    const { index } = timer;
    if (index < 0) return;
    timer.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    this.#heap[index] = last;
    last.index = index;
    this.#up(index);
    this.#down(last.index);
  }

  #arm(dueAt: number): void {
    if (this.#handle !== undefined) clearTimeout(this.#handle);
    this.#armedFor = dueAt;
    this.#handle = setTimeout(() => this.#fireDue(), Math.min(Math.max(0, dueAt - Date.now()), LONGEST_MS));
  }

  #fireDue(): void {
    this.#handle = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = Date.now();
    for (let first = this.#heap[0]; first !== undefined && first.dueAt <= now; first = this.#heap[0]) {
      this.cancel(first);
      try {
        first.fire();
      } catch (error) {
        // One that fails must not keep the others from firing.
        console.error(error);
      }
    }
    const next = this.#heap[0];
    if (next !== undefined && next.dueAt < this.#armedFor) this.#arm(next.dueAt);
  }

  #up(start: number): void {
    const heap = this.#heap;
    const timer = heap[start];
    if (timer === undefined) return;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || parent.dueAt <= timer.dueAt) break;
      heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    heap[index] = timer;
    timer.index = index;
  }

  #down(start: number): void {
    const heap = this.#heap;
    const timer = heap[start];
    if (timer === undefined) return;
    let index = start;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = heap[leftIndex];
      if (left === undefined) break;
      const right = heap[leftIndex + 1];
      const child = right !== undefined && right.dueAt < left.dueAt ? right : left;
      if (timer.dueAt <= child.dueAt) break;
      const childIndex = child.index;
      heap[index] = child;
      child.index = index;
      index = childIndex;
    }
    heap[index] = timer;
    timer.index = index;
  }
}
