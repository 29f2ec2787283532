/**
 * Characters of JSON in one answer. A call between objects carries 32 MiB at most, and whoever asks for a thousand
 * results does not want all of a thousand large ones at once.
 */
const MAX_PAGE_CHARACTERS = 4 * 1024 * 1024;

/** How much of an answer is full. The first item always has room, so that every page goes on. */
export class PageBudget {
  #left = MAX_PAGE_CHARACTERS;
  #isEmpty = true;

  /** Whether another item of this size has room; if so, it is taken. */
  take(characters: number): boolean {
    if (characters > this.#left && !this.#isEmpty) return false;
    this.#isEmpty = false;
    this.#left -= characters;
    return true;
  }

  takeJson(item: object): boolean {
    return this.take(JSON.stringify(item).length);
  }
}
