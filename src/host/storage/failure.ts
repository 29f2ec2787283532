/** Why writes are refused: there is no room, or the file system does not take them for another reason. */
export type StorageFailure = "full" | "failing";

/** What a line of workerd's, or an error from inside, tells of a write that the disk refused; undefined when nothing. */
export function storageFailureIn(text: string): StorageFailure | undefined {
  if (/: SQLITE_FULL\b/.test(text)) return "full";
  return /: SQLITE_(?:IOERR|READONLY|CANTOPEN)\b|^(?:Error: )?The disk refuses writes\b/.test(text)
    ? "failing"
    : undefined;
}

/** The same for what Node says when the host itself writes. */
export function isNoRoom(error: unknown): error is Error {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
