import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { hasHashedName, type AssetListing } from "./asset-rules.ts";

/** How many entries are looked at. A folder with more keeps working; the rest is served without the extra header. */
const MAX_ENTRIES = 20_000;

/** Reads what the rules for a folder of assets are made from. A folder that does not exist is an empty one. */
export async function readAssetListing(directory: string): Promise<AssetListing> {
  const [hashedFiles, headers, redirects, ignore] = await Promise.all([
    listHashedFiles(directory),
    readOptional(join(directory, "_headers")),
    readOptional(join(directory, "_redirects")),
    readOptional(join(directory, ".assetsignore")),
  ]);
  return {
    hashedFiles,
    ...(headers !== undefined && { headers }),
    ...(redirects !== undefined && { redirects }),
    ...(ignore !== undefined && { ignore }),
  };
}

async function listHashedFiles(directory: string): Promise<string[]> {
  const found: { path: string; size: number }[] = [];
  const folders = [directory];
  let seen = 0;
  for (let folder = folders.pop(); folder !== undefined && seen < MAX_ENTRIES; folder = folders.pop()) {
    for (const entry of await readFolder(folder)) {
      seen++;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules" && !entry.name.startsWith(".")) folders.push(path);
      } else if (entry.isFile() && hasHashedName(entry.name)) {
        found.push({ path: relative(directory, path).split(sep).join("/"), size: (await stat(path)).size });
      }
    }
  }
  return found.toSorted((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1)).map((file) => file.path);
}

async function readFolder(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
