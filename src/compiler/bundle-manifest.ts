import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import * as v from "valibot";
import type { Bundle } from "./bundle.ts";
import { PawlError, shortPath } from "./errors.ts";

/** The file that describes a build, and whose presence says that the build is whole. */
export const MANIFEST = "bundle.json";

const Manifest = v.object({
  modules: v.array(v.object({ name: v.string(), kind: v.picklist(["esModule", "wasm", "text", "data"]) })),
  sourceMap: v.string(),
  compatibilityDate: v.string(),
  compatibilityFlags: v.array(v.string()),
  durableObjectClasses: v.array(v.string()),
});

/** A build's description without the folder that it happens to be in, so that the folder can be moved. */
export function manifestText({ outDir, sourceMap, ...rest }: Bundle): string {
  const stored: v.InferOutput<typeof Manifest> = {
    modules: rest.modules.map((module) => ({ ...module })),
    sourceMap: relative(outDir, sourceMap).replaceAll("\\", "/"),
    compatibilityDate: rest.compatibilityDate,
    compatibilityFlags: [...rest.compatibilityFlags],
    durableObjectClasses: [...rest.durableObjectClasses],
  };
  return `${JSON.stringify(stored, undefined, 2)}\n`;
}

/**
 * Reads back what `compile` wrote.
 *
 * @throws PawlError `build_missing` when there is no whole build in the folder, `build_unreadable` when it is none of ours.
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const outDir = resolve(folder);
  const file = join(outDir, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new PawlError("build_missing", `There is no build in ${shortPath(outDir)}. Build the project first.`, {
      cause: error,
    });
  }
  try {
    const stored = v.parse(Manifest, JSON.parse(text));
    return { ...stored, outDir, sourceMap: resolve(outDir, stored.sourceMap) };
  } catch (error) {
    throw new PawlError(
      "build_unreadable",
      `${shortPath(file)} does not describe a build of this version of Pawl. Build the project again.`,
      { cause: error },
    );
  }
}
