/** What a shard says that knows that it cannot write. */
export const STORAGE_REFUSES = "The disk refuses writes";

/** SQLite's own words, with which the platform ends an object whose write has failed. */
const FULL = /: SQLITE_FULL\b/;
const REFUSED = /: SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN)(?: \(extended: \w+\))?$/;

/** What callers are told; also found in what an application makes of it. */
const TOLD = "(storage.unavailable)";

/**
 * Whether something failed because what was to be written could not be: here, or in an object of the application that
 * was called. Nothing of it is on disk then. By its text, which is all that survives a call between objects.
 */
export function isStorageFailure(message: string): boolean {
  return REFUSED.test(message) || message.startsWith(STORAGE_REFUSES) || message.includes(TOLD);
}

/** The error that the caller of `create`, `sendEvent`, `status`, … gets. */
export function storageRefusal(message: string, effect: "read" | "write"): Error {
  const what = FULL.test(message) ? "The disk is full" : STORAGE_REFUSES;
  const so = effect === "write" ? "nothing was written" : "the data of the instance cannot be opened";
  return new Error(
    `WorkflowError: ${TOLD} ${what}: ${so}. Unfinished runs go on by themselves when there is room again; call again then.`,
  );
}
