/**
 * The SDK has done what it was asked for, and then failed to note the run's new status: its table refuses the one status
 * that it does not know, that of a run which is being rolled back.
 */
export function isRollingBack(error: unknown): boolean {
  return error instanceof Error && error.message.includes("CHECK constraint failed: status IN");
}

/** What was asked for is done when the SDK fails for this reason. */
export async function unlessRollingBack(done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (!isRollingBack(error)) throw error;
  }
}
