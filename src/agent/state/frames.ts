/** About one frame of a screen. */
const FRAME_MS = 16;

/** Calls back soon after it was asked to, at most once per frame, and always once after the last time it was asked. */
export class Frames {
  readonly #show: () => void;
  #lastAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(show: () => void) {
    this.#show = show;
  }

  request(): void {
    if (this.#timer !== undefined) return;
    const delayMs = Math.max(0, this.#lastAt + FRAME_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastAt = Date.now();
      this.#show();
    }, delayMs);
  }
}
