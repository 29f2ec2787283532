import type { BenchRecord, Facts, Result } from "../record.ts";
import { percent, show } from "./numbers.ts";
import { type Row, rowsOf } from "./rows.ts";
import { judge, type Verdict } from "./targets.ts";

/** Everything that was found, as text: conditions, one table, what is asked of Pawl, what could not be measured. */
export function reportOf(record: BenchRecord): string {
  const sections = [
    conditions(record.facts),
    table(record),
    notes(record),
    record.facts.quick ? "" : verdicts(judge(record)),
    missing(record),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function conditions(facts: Facts): string {
  const width = Math.max(...facts.subjects.map(({ name }) => name.length));
  return [
    `${facts.machine}; data on ${facts.disk}; node ${facts.node}; ${facts.date}`,
    facts.quick
      ? "Quick: sizes that only show that everything works. These figures mean nothing."
      : `Median of ${facts.repetitions} after a warm-up; [least – most]. Subjects run one at a time, each work on new data.`,
    ...facts.subjects.map(
      ({ name, title, version, durability }) => `  ${name.padEnd(width)}  ${title}, ${version}. ${durability}.`,
    ),
  ].join("\n");
}

function table(record: BenchRecord): string {
  const subjects = record.facts.subjects.map(({ name }) => name).filter((name) => hasResults(record, name));
  const head = ["work", "metric", "", ...subjects, "of limit"];
  const body = rowsOf(record).map((row) => [
    row.work,
    row.metric,
    row.unit,
    ...subjects.map((subject) => cell(row.bySubject.get(subject))),
    shareOf(row),
  ]);
  const lines = [head, ...body];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const text = lines.map((line) =>
    line
      .map((value, column) => (column < 3 ? value.padEnd(widths[column] ?? 0) : value.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  const [title = "", ...rest] = text;
  return [title, "─".repeat(Math.max(...text.map((line) => line.length))), ...rest].join("\n");
}

function hasResults({ results }: BenchRecord, name: string): boolean {
  return results.some(({ subject }) => subject === name);
}

function cell(result: Result | undefined): string {
  if (result === undefined) return "·";
  const { value, min, max, note } = result;
  const range = min === max ? "" : ` [${show(min)} – ${show(max)}]`;
  return `${show(value)}${note === undefined ? "" : "*"}${range}`;
}

function shareOf(row: Row): string {
  const share = row.bySubject.get("pawl")?.share;
  return share === undefined ? "" : percent(share);
}

function notes({ results }: BenchRecord): string {
  const seen = results.flatMap(({ work, subject, note }) =>
    note === undefined ? [] : [`* ${work} on ${subject}: ${note}`],
  );
  return [...new Set(seen)].join("\n");
}

function verdicts(list: readonly Verdict[]): string {
  if (list.length === 0) return "";
  const width = Math.max(...list.map(({ title }) => title.length));
  return [
    "What is asked of Pawl:",
    ...list.map(
      ({ title, found, asked, isMet }) =>
        `  ${isMet ? "met    " : "NOT MET"}  ${title.padEnd(width)}  ${found} (${asked})`,
    ),
  ].join("\n");
}

function missing(record: BenchRecord): string {
  if (record.missing.length === 0) return "";
  return ["Not measured:", ...record.missing.map(({ work, subject, why }) => `  ${work} on ${subject}: ${why}`)].join(
    "\n",
  );
}
