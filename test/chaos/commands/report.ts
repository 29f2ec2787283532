import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Violation } from "../check/violation.ts";
import type { ChaosRecord } from "../record/record.ts";
import { violationText } from "../report/print.ts";

const SHOWN = 10;

/** Prints violations with the stories of their runs, and keeps the record. */
export async function report(folder: string, record: ChaosRecord, violations: readonly Violation[]): Promise<void> {
  await writeRecord(folder, record);
  for (const violation of violations.slice(0, SHOWN)) console.log(`\n${violationText(violation, record)}`);
  const left = violations.length - SHOWN;
  if (left > 0) console.log(`\n… and ${left} more`);
  console.log(`\n${violations.length} violations; seed ${record.seed}; record, log and data are in ${folder}`);
}

export async function writeRecord(folder: string, record: ChaosRecord): Promise<void> {
  await writeFile(join(folder, "record.json"), JSON.stringify(record));
}
