/** About one frame of a screen. */
const FRAME_MS = 16;

/**
 * Calls back after the turn in which it was asked to, at most once per frame, and always once after the last time it
 * was asked.
 */
export class Frames {
  readonly #show: () => void;
  #lastAt = 0;
  #isQueued = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(show: () => void) {
    this.#show = show;
  }

  request(): void {
    if (this.#isQueued) return;
    const delayMs = this.#lastAt + FRAME_MS - Date.now();
    // Not by a timer: objects that do nothing but call each other leave the runtime no time to look at its clock, and
    // clients would see nothing until they are done.
    if (delayMs <= 0) this.#queue();
    else this.#timer ??= setTimeout(() => this.#fire(), delayMs);
  }

  #queue(): void {
    this.#isQueued = true;
    queueMicrotask(() => this.#fire());
  }

  #fire(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isQueued = false;
    this.#lastAt = Date.now();
    this.#show();
  }
}
