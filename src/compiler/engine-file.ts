import { realpath } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PawlError } from "./errors.ts";

/**
 * The engine's entry module inside this package. The path is the same from the sources (`src/compiler`) and from an
 * installed package (`dist/compiler`).
 */
export async function findEngine(): Promise<string> {
  const file = fileURLToPath(new URL("../../dist/engine/index.js", import.meta.url));
  try {
    return await realpath(file);
  } catch (error) {
    throw new PawlError(
      "engine_missing",
      `The workflow engine is not at ${file}. Reinstall Pawl, or run \`npm run build\` in its sources.`,
      { cause: error },
    );
  }
}
