import type { WriteStream } from "node:tty";
import type { ChaosRecord } from "../record/record.ts";

const SPARSE_MS = 30_000;

/** How far a campaign is: one line that changes on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #out: WriteStream;
  readonly #startedAt = Date.now();
  readonly #durationMs: number;
  #shownAt = 0;

  constructor(out: WriteStream, durationMs: number) {
    this.#out = out;
    this.#durationMs = durationMs;
  }

  show({ lives, kills }: ChaosRecord): void {
    const now = Date.now();
    // The type knows terminals only.
    const isTerminal = (this.#out.isTTY as boolean | undefined) === true;
    if (!isTerminal && now - this.#shownAt < SPARSE_MS) return;
    this.#shownAt = now;
    const effects = lives.reduce((sum, life) => sum + life.effects.length, 0);
    const ended = lives.filter(({ final }) => final !== undefined).length;
    const elapsedMs = now - this.#startedAt;
    const left =
      elapsedMs < this.#durationMs ? `of ${Math.round(this.#durationMs / 1000)} s` : "seeing runs to their end";
    const text = `${Math.round(elapsedMs / 1000)} s ${left}: ${kills.length} kills, ${effects} effects, ${ended} of ${lives.length} runs ended`;
    this.#out.write(isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
  }

  end(): void {
    if ((this.#out.isTTY as boolean | undefined) === true) this.#out.write("\r\x1b[K");
  }
}
