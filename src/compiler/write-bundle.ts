import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Bundle } from "./bundle.ts";
import { MANIFEST, manifestText } from "./bundle-manifest.ts";
import { PawlError, shortPath } from "./errors.ts";
import { makeFolder } from "./make-folder.ts";
import type { Project } from "./project.ts";

const TEMPORARY = ".worker-";

/**
 * Writes a build so that there is either a whole one or none: `bundle.json` goes first and comes last, and the folder
 * of modules is made aside and renamed. Files of an earlier build are gone afterwards; other files stay.
 *
 * @param files contents by name below `worker/`.
 * @throws PawlError `out_dir_unusable` when the file system does not let us write there
 */
export async function writeBundle(bundle: Bundle, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  try {
    await write(bundle, files);
  } catch (cause) {
    if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
    const advice = "code" in cause && cause.code === "ENOSPC" ? "Free some room there" : "Choose another folder";
    const text = `The build cannot be written to ${shortPath(bundle.outDir)}: ${cause.message}. ${advice}.`;
    throw new PawlError("out_dir_unusable", text, { cause });
  }
}

async function write(bundle: Bundle, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  const { outDir } = bundle;
  const worker = join(outDir, "worker");
  const manifest = join(outDir, MANIFEST);
  await makeFolder(outDir);
  const left = (await readdir(outDir)).filter((name) => name.startsWith(TEMPORARY));
  await Promise.all(left.map((name) => rm(join(outDir, name), { recursive: true, force: true })));

  const fresh = join(outDir, `${TEMPORARY}${process.pid}`);
  try {
    await makeFolder(fresh);
    for (const [name, content] of files) await writeFile(join(fresh, name), content);
    await writeFile(join(fresh, MANIFEST), manifestText(bundle));
  } catch (error) {
    // On a full disk, half a build would take the room that is left.
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }

  await rm(manifest, { force: true });
  await rm(worker, { recursive: true, force: true });
  await rename(fresh, worker);
  await rename(join(worker, MANIFEST), manifest);
}

/** A build replaces files, so that it must not be given a folder of sources. */
export function checkOutDir(project: Project, outDir: string): void {
  const fromWorker = relative(join(outDir, "worker"), project.main);
  if (resolve(outDir) !== resolve(project.root) && fromWorker.startsWith("..")) return;
  throw new PawlError(
    "out_dir_in_use",
    `A build cannot be written to ${shortPath(outDir)}, where the project's sources are. Choose another folder.`,
  );
}
