import type { Column, ColumnReport, ReportPage } from "../../protocol/import.ts";
import { count, number, percent, plural, typeWords } from "../lib/format.ts";
import type { Fetched } from "../lib/use-fetched.ts";
import { Notice } from "./parts.tsx";

/** What is known about each column: its type once the file is read, its statistics once the rows are loaded. */
export function ColumnReports({ report, ended }: { report: Fetched<ReportPage>; ended: boolean }) {
  const { data, error } = report;
  if (error !== null) {
    return (
      <div className="p-4">
        <Notice tone="bad">{error}</Notice>
      </div>
    );
  }
  if (data === null || data.columns.length === 0) {
    const text = ended
      ? "The import ended before its columns were known."
      : "Columns appear here once the file is read.";
    return <p className="px-6 py-10 text-center text-muted">{text}</p>;
  }
  return (
    <ul className="grid gap-px overflow-hidden rounded-b-2xl bg-line sm:grid-cols-2 xl:grid-cols-3">
      {data.columns.map((column, i) => (
        <li key={column.name} className="bg-card px-5 py-4">
          <ColumnFacts column={column} statistics={data.statistics[i]} isKey={column.name === data.keyColumn} />
        </li>
      ))}
      <Filler cells={data.columns.length} />
    </ul>
  );
}

interface FactsProps {
  column: Column;
  statistics: ColumnReport | undefined;
  isKey: boolean;
}

function ColumnFacts({ column, statistics, isKey }: FactsProps) {
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-2">
        <h3 className="min-w-0 font-medium break-words">{column.name}</h3>
        <span className="text-xs text-muted">
          {typeWords[column.type]}
          {isKey ? ", identifies a row" : column.required ? ", required" : ""}
        </span>
      </div>
      {statistics && (
        <>
          <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5 text-sm [&_dd]:text-right [&_dd]:tabular-nums [&_dt]:text-muted">
            <dt>Filled</dt>
            <dd>{percent(statistics.filled, statistics.rows)}</dd>
            <dt>Distinct</dt>
            <dd>{count(statistics.distinct)}</dd>
            {range(statistics).map(([name, value]) => (
              <FactLine key={name} name={name} value={value} />
            ))}
          </dl>
          <TopValues statistics={statistics} />
        </>
      )}
    </>
  );
}

function FactLine({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="truncate">{value}</dd>
    </>
  );
}

function TopValues({ statistics }: { statistics: ColumnReport }) {
  // Where hardly any value comes twice, the most frequent ones say nothing.
  if (statistics.distinct === 0 || statistics.distinct > statistics.filled * 0.5) return null;
  const most = statistics.top[0]?.count ?? 1;
  return (
    <ul aria-label="Most frequent values" className="mt-3 grid gap-1 text-xs">
      {statistics.top.map(({ value, count: times }) => (
        <li key={value} className="relative flex justify-between gap-3 px-2 py-0.5">
          <span
            aria-hidden="true"
            className="absolute inset-y-0 left-0 rounded bg-accent-tint"
            style={{ width: `${(times / most) * 100}%` }}
          />
          <span className="relative truncate">{value}</span>
          <span className="relative text-muted tabular-nums">{count(times)}</span>
        </li>
      ))}
    </ul>
  );
}

function range({ type, min, max, mean }: ColumnReport): [string, string][] {
  if (min === null || max === null) return [];
  if (type === "integer" || type === "decimal") {
    const lines: [string, string][] = [["Range", `${number(Number(min))} to ${number(Number(max))}`]];
    if (mean !== null) lines.push(["Mean", number(mean)]);
    return lines;
  }
  if (type === "date") {
    return [
      ["First", String(min)],
      ["Last", String(max)],
    ];
  }
  const longest = plural(Number(max), "character");
  return [["Length", min === max ? longest : `${min} to ${longest}`]];
}

/** Completes the last line of the grid, so that the lines between the cells do not end in a block of colour. */
function Filler({ cells }: { cells: number }) {
  const inTwo = cells % 2 === 1;
  const inThree = (3 - (cells % 3)) % 3;
  return (
    <>
      <li
        aria-hidden="true"
        className={`hidden bg-card ${inTwo ? "sm:block" : ""} ${inThree > 0 ? "xl:block" : "xl:hidden"}`}
      />
      <li aria-hidden="true" className={`hidden bg-card ${inThree > 1 ? "xl:block" : ""}`} />
    </>
  );
}
