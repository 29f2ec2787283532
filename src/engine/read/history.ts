import type { LogRow } from "../journal/log-table.ts";
import { type Mark, timeOf } from "../journal/marks.ts";
import type { HistoryEvent, HistoryPage, HistoryQuery, HistorySkip } from "../protocol.ts";
import { isTerminal } from "../base/status.ts";
import { inspect } from "../base/values.ts";
import { type Entry, ofRun } from "./history-entries.ts";
import { historyAfter, type HistorySource } from "./history-order.ts";
import { jsonView, type JsonView } from "./json-view.ts";
import { outputOf, outputView } from "./output-view.ts";
import { PageBudget } from "./page-budget.ts";
import type { HistoryEntry } from "./read-protocol.ts";
import type { RunReader } from "./run-reader.ts";
import { placeOf } from "./step-rows.ts";
import { kindOf } from "./step-view.ts";

type Query = Pick<HistoryQuery, "after" | "limit" | "skip">;

/**
 * What has happened to a run, in order, after a mark, with the values as they are. Everything is derived from the rows
 * that the engine works with, so writing costs nothing more; what is at work at this moment comes from memory.
 */
export function readHistory(reader: RunReader, query: Query): HistoryPage {
  const { head } = reader;
  const { items, skip } = tell(reader, query, (entry) => {
    const { mark, type, facts, value } = entry;
    const event: HistoryEvent = { instanceId: head.id, eventId: mark, timestamp: timeOf(mark), type, ...facts };
    const read = valueOf(reader, entry);
    if (value !== undefined) event[nameOf(value)] = read;
    return { item: event, size: inspect(read).bytes + JSON.stringify(facts).length };
  });
  return { events: items, ended: isTerminal(head.status), skip };
}

export interface ViewedHistory {
  entries: HistoryEntry[];
  /** Up to where it is told. */
  mark: Mark;
  skip: HistorySkip;
  /** There is no more of it, and there will be none. */
  isOver: boolean;
}

/** The same for people: values in their JSON view, and steps by kind, name and count. */
export function viewHistory(reader: RunReader, query: Query): ViewedHistory {
  const { items, mark, skip, isAll } = tell(reader, query, (entry) => {
    const { mark: eventId, type, facts, step, value } = entry;
    const item: HistoryEntry = { eventId, timestamp: timeOf(eventId), type };
    if (step !== undefined) {
      const { name, count } = step;
      item.step = { place: placeOf(step, reader.head.run), kind: kindOf(step), name, count };
    }
    for (const [name, fact] of Object.entries(facts)) item[name] = jsonView(fact).value;
    const view = value === undefined ? undefined : viewOf(reader, entry);
    if (value !== undefined && view !== undefined) item[nameOf(value)] = { ...view };
    return { item, size: JSON.stringify(item).length };
  });
  return { entries: items, mark, skip, isOver: isAll && isTerminal(reader.head.status) };
}

interface Told<Item> {
  items: Item[];
  mark: Mark;
  skip: HistorySkip;
  /** The history goes no further at present. */
  isAll: boolean;
}

function tell<Item>(
  reader: RunReader,
  { after, limit, skip }: Query,
  show: (entry: Entry) => { item: Item; size: number },
): Told<Item> {
  const part = historyAfter(sourceOf(reader), after, limit, skip);
  const budget = new PageBudget();
  const items: Item[] = [];
  let mark = after;
  for (const entry of part.entries) {
    const { item, size } = show(entry);
    if (!budget.take(size)) return { items, mark, skip: part.skipAfter(mark), isAll: false };
    items.push(item);
    ({ mark } = entry);
  }
  return { items, mark, skip: part.skipAfter(mark), isAll: part.entries.length < limit };
}

function sourceOf(reader: RunReader): HistorySource {
  const { steps, head } = reader;
  return {
    ofWhole: (after, limit) => [...ofRun(head), ...notesAfter(reader, after, limit)],
    steps: (after) => steps.after(after),
    step: (place) => steps.at(place),
    placeOf: (row) => placeOf(row, head.run),
    isAtWork: ({ step }) => steps.isAtWork(step),
    attempts: ({ step }, from, limit) => steps.failedFrom(step, from, limit),
  };
}

/** Pauses, resumes, restarts and rollbacks, as `Shard.note` wrote them. */
function notesAfter({ sql, head }: RunReader, after: Mark, limit: number): Entry[] {
  const rows = sql.rows<LogRow>(
    "SELECT mark, type, facts FROM log WHERE run = ? AND mark > ? ORDER BY mark LIMIT ?",
    head.run,
    after,
    limit,
  );
  return rows.map(({ mark, type, facts }) => ({
    mark,
    type,
    facts: facts === null ? {} : (JSON.parse(facts) as Entry["facts"]),
  }));
}

function nameOf(value: NonNullable<Entry["value"]>): "params" | "output" {
  return value === "params" ? "params" : "output";
}

function valueOf(reader: RunReader, { value, step }: Entry): unknown {
  if (value === "params") return reader.params();
  if (value === "runOutput") return reader.output();
  return value === undefined || step === undefined ? undefined : outputOf(reader, step);
}

function viewOf(reader: RunReader, entry: Entry): JsonView | undefined {
  if (entry.step !== undefined) return outputView(reader, entry.step);
  const value = valueOf(reader, entry);
  return value === undefined ? undefined : jsonView(value);
}

const CURSOR = /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.([0-9a-z_]*)$/;

/** Where a reader of views goes on, as one text. */
export function encodeHistoryCursor(mark: Mark, { settled, open }: HistorySkip): string {
  return `${mark.toString(36)}.${settled.toString(36)}.${open.map((place) => place.toString(36)).join("_")}`;
}

/** `undefined` for what no history has given. */
export function decodeHistoryCursor(cursor: string): { after: Mark; skip: HistorySkip } | undefined {
  const [, mark = "", settled = "", open = ""] = CURSOR.exec(cursor) ?? [];
  const places = open.split("_").flatMap((place) => (place === "" ? [] : [Number.parseInt(place, 36)]));
  const parsed = { after: Number.parseInt(mark, 36), skip: { settled: Number.parseInt(settled, 36), open: places } };
  const numbers = [parsed.after, parsed.skip.settled, ...places];
  return numbers.every((number) => Number.isSafeInteger(number)) ? parsed : undefined;
}
