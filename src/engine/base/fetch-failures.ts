/**
 * A connection to some server on the network that breaks looks exactly like one to another object that moved
 * ("Network connection lost.", `retryable`). The first is the application's affair: a request that must go out once must
 * not be repeated by us. So failures of the global `fetch` are remembered.
 */
const failures = new WeakSet<object>();

export function isFetchFailure(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && failures.has(thrown);
}

/** Puts a `fetch` in the place of the global one that remembers what it threw. Called before the application's modules run. */
export function rememberFetchFailures(scope: { fetch: typeof fetch }): void {
  const original = scope.fetch;
  const remembering = async (...request: Parameters<typeof fetch>): Promise<Response> => {
    try {
      return await original(...request);
    } catch (error) {
      if (typeof error === "object" && error !== null) failures.add(error);
      throw error;
    }
  };
  scope.fetch = Object.defineProperty(remembering, "name", { value: "fetch" });
}
