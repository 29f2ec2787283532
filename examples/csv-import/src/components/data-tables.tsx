import { type ReactNode, useState } from "react";
import type { Column, LoadedRow, RejectedRow, RowPage, Value } from "../../protocol/import.ts";
import { agentUrl } from "../lib/api.ts";
import { count } from "../lib/format.ts";
import type { ImportView } from "../lib/import-view.ts";
import { useFetched } from "../lib/use-fetched.ts";
import { Button, Icon, Notice } from "./parts.tsx";

const pageSize = 25;

interface Props {
  workspace: string;
  view: ImportView;
  columns: Column[];
}

export function LoadedTable({ workspace, view, columns }: Props) {
  const [offset, setOffset] = useState(0);
  const url = agentUrl(workspace, `/imports/${view.id}/loaded?offset=${offset}&limit=${pageSize}`);
  const { data, error, loading } = useFetched<RowPage<LoadedRow>>(url, `${view.rows.loaded} ${view.status}`);
  return (
    <PagedTable
      label="Loaded rows"
      empty={emptyLoaded(view)}
      head={columns.map((column) => (
        <th key={column.name} scope="col" className={`px-3 py-2 ${isNumber(column) ? "text-right" : ""}`}>
          {column.name}
        </th>
      ))}
      total={data?.total ?? 0}
      {...{ offset, setOffset, error, loading }}
    >
      {data?.rows.map((row) => (
        <tr key={row.n} className="border-t border-line">
          <LineCell line={row.line} />
          {columns.map((column, i) => (
            <td
              key={column.name}
              className={`max-w-64 truncate px-3 py-1.5 ${isNumber(column) ? "text-right tabular-nums" : ""}`}
            >
              {show(row.values[i] ?? null)}
            </td>
          ))}
        </tr>
      ))}
    </PagedTable>
  );
}

export function RejectedTable({ workspace, view, columns }: Props) {
  const [offset, setOffset] = useState(0);
  const url = agentUrl(workspace, `/imports/${view.id}/rejected?offset=${offset}&limit=${pageSize}`);
  const { data, error, loading } = useFetched<RowPage<RejectedRow>>(url, `${view.rows.bad} ${view.status}`);
  return (
    <PagedTable
      label="Rejected rows"
      empty={emptyRejected(view)}
      head={[
        <th key=" problem" scope="col" className="px-3 py-2">
          Problem
        </th>,
        ...columns.map((column) => (
          <th key={column.name} scope="col" className="px-3 py-2">
            {column.name}
          </th>
        )),
      ]}
      total={data?.total ?? 0}
      {...{ offset, setOffset, error, loading }}
    >
      {data?.rows.map((row) => {
        const faulty = new Set(row.faults.map((fault) => fault.column));
        return (
          <tr key={row.n} className="border-t border-line align-top">
            <LineCell line={row.line} />
            <td className="max-w-80 min-w-56 px-3 py-1.5 whitespace-normal">
              {row.faults.map((fault) => (
                <span key={`${fault.column} ${fault.message}`} className="block">
                  {fault.column !== null && <strong className="font-medium">{fault.column} </strong>}
                  {fault.message}
                </span>
              ))}
            </td>
            {columns.map((column, i) => (
              <td
                key={column.name}
                className={`max-w-64 truncate px-3 py-1.5 ${faulty.has(column.name) ? "bg-bad-tint text-bad" : "text-muted"}`}
              >
                {row.cells[i] === "" && faulty.has(column.name) ? "(empty)" : row.cells[i]}
              </td>
            ))}
          </tr>
        );
      })}
    </PagedTable>
  );
}

interface PagedProps {
  label: string;
  /** What to say when there is no row. */
  empty: string;
  head: ReactNode;
  children: ReactNode;
  total: number;
  offset: number;
  setOffset: (offset: number) => void;
  error: string | null;
  loading: boolean;
}

function PagedTable({ label, empty, head, children, total, offset, setOffset, error, loading }: PagedProps) {
  if (error !== null) {
    return (
      <div className="p-4">
        <Notice tone="bad">{error}</Notice>
      </div>
    );
  }
  if (total === 0) {
    return <p className="px-6 py-10 text-center text-muted">{loading ? "Loading…" : empty}</p>;
  }
  return (
    <>
      <section
        aria-label={label}
        // Wide tables are scrolled with the arrow keys too.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="overflow-x-auto"
      >
        <table className="w-full text-left text-sm whitespace-nowrap">
          <thead className="text-xs text-muted [&_th]:font-medium">
            <tr>
              <th scope="col" className="px-3 py-2 pl-5 text-right">
                Line
              </th>
              {head}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </section>
      <Pager {...{ total, offset, setOffset }} />
    </>
  );
}

function Pager({ total, offset, setOffset }: { total: number; offset: number; setOffset: (offset: number) => void }) {
  const last = Math.floor((total - 1) / pageSize) * pageSize;
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-3 border-t border-line px-4 py-2">
      <p className="text-sm text-muted tabular-nums">
        {count(offset + 1)} to {count(Math.min(offset + pageSize, total))} of {count(total)}
      </p>
      <div className="flex gap-1">
        <Button
          kind="quiet"
          aria-label="Previous page"
          disabled={offset === 0}
          onClick={() => setOffset(Math.max(0, offset - pageSize))}
        >
          <Icon name="left" />
        </Button>
        <Button
          kind="quiet"
          aria-label="Next page"
          disabled={offset >= last}
          onClick={() => setOffset(Math.min(last, offset + pageSize))}
        >
          <Icon name="right" />
        </Button>
      </div>
    </nav>
  );
}

function LineCell({ line }: { line: number }) {
  return <td className="px-3 py-1.5 pl-5 text-right text-muted tabular-nums">{count(line)}</td>;
}

function isNumber(column: Column): boolean {
  return column.type === "integer" || column.type === "decimal";
}

function show(value: Value): ReactNode {
  if (value === null) return <span className="text-muted">–</span>;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? String(value) : value;
}

function emptyLoaded(view: ImportView): string {
  if (view.status === "cancelled") return "A cancelled import keeps no rows.";
  if (view.status === "rejected") return "Nothing was loaded.";
  return view.status === "failed" ? "A failed import keeps no rows." : "Good rows appear here once loading begins.";
}

function emptyRejected(view: ImportView): string {
  if (view.status === "cancelled" || view.status === "failed") return "This import keeps no rows.";
  return view.rows.checked === 0 ? "Bad rows appear here once checking begins." : "No bad rows. Well kept file!";
}
