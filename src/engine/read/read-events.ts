import type { EventRow } from "../journal/events-table.ts";
import { cloneKey, FORM } from "../journal/value-store.ts";
import { jsonView } from "./json-view.ts";
import { PageBudget } from "./page-budget.ts";
import type { EventPage, EventView, PageQuery } from "./read-protocol.ts";
import type { RunReader } from "./run-reader.ts";
import { placeOf } from "./step-rows.ts";

const ROWS_AHEAD = 20;

/** Events that a run was sent, in order of acceptance, after one of them. */
export function readEvents(reader: RunReader, { after, limit }: PageQuery): EventPage {
  const events: EventView[] = [];
  const budget = new PageBudget();
  const page = (next: number | null): EventPage => ({ events, next, rowsRead: reader.sql.rowsRead });
  for (const row of eventsAfter(reader, after)) {
    const last = events.at(-1)?.event ?? after;
    if (events.length === limit) return page(last);
    const view = eventView(reader, row);
    if (!budget.takeJson(view)) return page(last);
    events.push(view);
  }
  return page(null);
}

function* eventsAfter({ sql, head }: RunReader, after: number): Generator<EventRow> {
  for (let last = after; ;) {
    const rows = sql.rows<EventRow>(
      `SELECT * FROM events WHERE run = ? AND event > ? ORDER BY event LIMIT ${ROWS_AHEAD}`,
      head.run,
      last,
    );
    yield* rows;
    if (rows.length < ROWS_AHEAD) return;
    last = rows.at(-1)?.event ?? last;
  }
}

function eventView(reader: RunReader, row: EventRow): EventView {
  const view: EventView = { event: row.event, type: row.type, sentAt: row.sent_at };
  if (row.form !== FORM.none) view.payload = jsonView(reader.decode(row.form, row.value, cloneKey.event(row.event)));
  if (row.taken_by !== null) {
    const place = placeOf({ step: row.taken_by }, reader.head.run);
    const { name = "", count = 0 } = reader.steps.stored(place) ?? {};
    view.takenBy = { place, name, count };
  }
  return view;
}
