import { expect, test } from "vitest";
import { type ConnectionEvent, type ConnectionStatus, nextStatus } from "./connection-status.ts";

const STATUSES: ConnectionStatus[] = ["connecting", "live", "reconnecting", "closed"];

// The status after the event, for each of the four statuses before it.
test.each<[ConnectionEvent, ConnectionStatus[]]>([
  ["wanted", ["connecting", "live", "reconnecting", "connecting"]],
  ["known", ["live", "live", "live", "closed"]],
  ["lost", ["connecting", "reconnecting", "reconnecting", "closed"]],
  ["refused", ["closed", "closed", "closed", "closed"]],
  ["unwanted", ["closed", "closed", "closed", "closed"]],
])("%s", (event, after) => {
  expect(STATUSES.map((status) => nextStatus(status, event))).toEqual(after);
});
