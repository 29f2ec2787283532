import type { LogReader } from "../logs/reader.ts";
import type { OutputLine } from "./start-failure.ts";

/** Holds what workerd writes during the first start: a log when that succeeds, the error's text when it does not. */
export class StartOutput {
  readonly held: OutputLine[] = [];
  readonly #reader: LogReader;
  #released = false;

  constructor(reader: LogReader) {
    this.#reader = reader;
  }

  line(text: string, cut: boolean): void {
    if (this.#released) this.#reader.line(text, cut);
    else this.held.push({ text, cut });
  }

  release(): void {
    this.#released = true;
    for (const { text, cut } of this.held.splice(0)) this.#reader.line(text, cut);
  }
}
