import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never comes back where the file system
 * says ENOENT for a folder whose parent is there, as /proc does.
 *
 * @param mode of the folder itself, when it is made.
 * @throws the system's error when it cannot be made, or something else has its name.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (error.code === "ENOENT" && !(await isThere(dirname(path)))) {
      await makeFolder(dirname(path));
      // Its parent is there now: whatever is said this time is final.
      await mkdir(path, { mode }).catch((again: unknown) => ignoreExisting(path, again));
      return;
    }
    await ignoreExisting(path, error);
  }
}

async function ignoreExisting(path: string, error: unknown): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) throw error;
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
