/** One at a time, in order of asking. */
export class Lock {
  #last: Promise<unknown> = Promise.resolve();

  with<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
