import type { WriteStream } from "node:tty";
import type { StartPhase } from "../../host/index.ts";

const TEXT: Record<StartPhase, string> = {
  reading: "Reading the project …",
  building: "Building …",
  starting: "Starting …",
};

/** One line on a terminal that says what is going on, replaced by the next and wiped out by what is printed at last. */
export class Progress {
  readonly #stream: WriteStream;
  readonly #isEnabled: boolean;
  #isShown = false;

  constructor(stream: WriteStream, enabled: boolean) {
    this.#stream = stream;
    this.#isEnabled = enabled && stream.isTTY;
  }

  phase(phase: StartPhase): void {
    if (!this.#isEnabled) return;
    this.#stream.write(`\r\u001b[K${TEXT[phase]}`);
    this.#isShown = true;
  }

  clear(): void {
    if (!this.#isShown) return;
    this.#stream.write("\r\u001b[K");
    this.#isShown = false;
  }
}
