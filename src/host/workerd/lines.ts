import { StringDecoder } from "node:string_decoder";

/** Longer lines are cut, so that one enormous `console.log` does not fill the host's memory. */
export const MAX_LINE_CHARS = 1024 * 1024;

/** Splits chunks of bytes into lines. A line over the limit arrives with its first part and `cut` set. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string, cut: boolean) => void;
  #parts: string[] = [];
  #length = 0;
  #cut = false;

  constructor(onLine: (line: string, cut: boolean) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      this.#keep(text.slice(start, end));
      this.#flush();
      start = end + 1;
    }
    this.#keep(text.slice(start));
  }

  /** What came after the last line break counts as a line. */
  end(): void {
    this.#keep(this.#decoder.end());
    if (this.#length > 0) this.#flush();
  }

  #keep(text: string): void {
    const room = MAX_LINE_CHARS - this.#length;
    if (text.length > room) this.#cut = true;
    const kept = text.slice(0, room);
    if (kept === "") return;
    this.#parts.push(kept);
    this.#length += kept.length;
  }

  #flush(): void {
    const line = this.#parts.join("");
    const cut = this.#cut;
    this.#parts = [];
    this.#length = 0;
    this.#cut = false;
    this.#onLine(line, cut);
  }
}
