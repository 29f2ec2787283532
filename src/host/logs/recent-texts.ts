import type { ThrownError } from "./runtime-message.ts";

const KEPT = 20;
const KEPT_MS = 2000;

/**
 * What the Worker itself has logged as errors in the last two seconds. Many programs, the Agents SDK among them, log an
 * error and throw it again: it need not be shown a second time.
 */
export class RecentTexts {
  readonly #now: () => number;
  #texts: { readonly text: string; readonly at: number }[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(text: string): void {
    this.#texts = [...this.#texts.slice(1 - KEPT), { text, at: this.#now() }];
  }

  /** Whether one of the texts shows this error, from the same place. */
  show({ header, frames }: ThrownError): boolean {
    const first = frames[0]?.trim();
    if (first === undefined) return false;
    const since = this.#now() - KEPT_MS;
    return this.#texts.some(({ text, at }) => at >= since && text.includes(header) && text.includes(first));
  }
}
