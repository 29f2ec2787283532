/** Settles never: what a stale execution's calls return. User code never sees a pause, an eviction or an end (E3). */
export function never(): Promise<never> {
  return new Promise(() => {});
}
