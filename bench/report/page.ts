import type { BenchRecord, Facts, Result } from "../record.ts";
import { limits as rawLimits } from "../limits/index.ts";
import { works } from "../works/index.ts";
import { percent, show } from "./numbers.ts";
import { type Row, rowsOf } from "./rows.ts";
import { judge } from "./targets.ts";

/** Where the charts stand, as the page refers to them. */
export const CHARTS = {
  "growth-steps": {
    file: "steps-per-run.svg",
    title: "Time per step as runs grow longer",
    across: "steps in a run (20,000 steps in all)",
  },
  "growth-stored": {
    file: "runs-stored.svg",
    title: "Time per step as runs are stored",
    across: "runs stored when 100 runs × 100 steps are added",
  },
} as const;

/** The page of figures in the documentation: nothing in it is written by hand but the words. */
export function pageOf(record: BenchRecord): string {
  return `${[
    "# Performance",
    "Written by `npm run bench -- --peers --docs`; how it is measured stands in [bench/README.md](../../bench/README.md).",
    conditions(record.facts),
    "## Work for work",
    "More is better for what is counted a second, less for times and memory. Below each figure: the least and the most of its repetitions. _Of limit_ is Pawl's figure beside the raw limit that binds it, which was measured in the same run.",
    figures(record, (row) => !row.work.startsWith("limit-") && !row.work.startsWith("growth-")),
    notes(record),
    "## As the work grows",
    ...Object.values(CHARTS).map(({ file, title }) => `![${title}](../images/${file})`),
    "## Raw limits",
    "What the machine and the platform do without an engine.",
    limits(record),
    "## What is asked of Pawl",
    asked(record),
    missing(record),
  ]
    .filter((section) => section !== "")
    .join("\n\n")}\n`;
}

function conditions(facts: Facts): string {
  return [
    `${facts.date}, ${facts.machine}, data on ${facts.disk}, node ${facts.node}. Medians of ${facts.repetitions} repetitions after a warm-up, all in one run, one subject at a time.`,
    table(
      ["", "Version", "What is on disk when a step counts as done"],
      facts.subjects.map(({ title, version, durability }) => [title, version, durability]),
    ),
  ].join("\n\n");
}

function figures(record: BenchRecord, wanted: (row: Row) => boolean): string {
  const subjects = record.facts.subjects.filter(({ name }) => name !== "bare");
  return table(
    ["Work", "", ...subjects.map(({ title }) => title), "Of limit"],
    rowsOf(record)
      .filter(wanted)
      .map((row, i, rows) => [
        rows[i - 1]?.work === row.work ? "" : titleOf(row.work),
        `${row.metric}, ${row.unit}`,
        ...subjects.map(({ name }) => cell(row.bySubject.get(name))),
        shareOf(row),
      ]),
  );
}

function limits(record: BenchRecord): string {
  const found = record.results.filter(({ subject }) => subject === "bare");
  return table(
    ["Limit", "", ""],
    found.map((result, i) => [
      found[i - 1]?.work === result.work ? "" : titleOf(result.work),
      `${result.metric}, ${result.unit}`,
      cell(result),
    ]),
  );
}

function asked(record: BenchRecord): string {
  return table(
    ["", "Found", "Asked", ""],
    judge(record).map(({ title, found, asked, isMet }) => [title, found, asked, isMet ? "met" : "**not met**"]),
  );
}

function notes({ results }: BenchRecord): string {
  const seen = results.flatMap(({ work, subject, note }) =>
    note === undefined ? [] : [`- \\* ${titleOf(work)}, on ${subject}: ${note}`],
  );
  return [...new Set(seen)].join("\n");
}

function missing(record: BenchRecord): string {
  if (record.missing.length === 0) return "";
  const lines = record.missing.map(({ work, subject, why }) => `- ${work} on ${subject}: ${why}`);
  return ["## Not measured", lines.join("\n")].join("\n\n");
}

function cell(result: Result | undefined): string {
  if (result === undefined) return "–";
  const { value, min, max, note } = result;
  const range = min === max ? "" : `<br><small>${show(min)} – ${show(max)}</small>`;
  return `${show(value)}${note === undefined ? "" : "\\*"}${range}`;
}

function shareOf(row: Row): string {
  const share = row.bySubject.get("pawl")?.share;
  return share === undefined ? "" : percent(share);
}

function titleOf(work: string): string {
  const title = allTitles.get(work) ?? work;
  return title.slice(0, 1).toUpperCase() + title.slice(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

const allTitles = new Map([...works, ...rawLimits].map(({ name, title }) => [name, title]));
