import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY } from "../../test/support/repository.ts";
import type { BenchRecord } from "../record.ts";
import { CHARTS, pageOf } from "./page.ts";
import { curve } from "./svg.ts";

const PAGE = join(REPOSITORY, "docs", "explanation", "performance.md");
const IMAGES = join(REPOSITORY, "docs", "images");
/** What the page was made from, to be made from again. */
export const PUBLISHED = join(REPOSITORY, "bench", "published.json");

/** Writes the page of figures, its charts, and the record that they come from. */
export async function writeDocs(record: BenchRecord): Promise<void> {
  for (const [work, { file, ...text }] of Object.entries(CHARTS)) {
    const points = record.results.filter((result) => result.work === work && result.subject === "pawl");
    await writeFile(join(IMAGES, file), curve(points, text));
  }
  await writeFile(PAGE, pageOf(record));
  await writeFile(PUBLISHED, `${JSON.stringify(record, null, 2)}\n`);
  // Tables are laid out as the repository has them.
  await promisify(execFile)(process.execPath, [
    join(REPOSITORY, "node_modules", "oxfmt", "bin", "oxfmt"),
    PAGE,
    PUBLISHED,
  ]);
}
