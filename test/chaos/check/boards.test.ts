import { describe, expect, test } from "vitest";
import type { Posted } from "../../fixtures/chaos-app/protocol.ts";
import type { BoardSight, BoardView, LifeRecord } from "../record/record.ts";
import { effect, lifeOf, type LifeParts, operation, planOf, problemsOfAll, recordOf } from "./hand-made.ts";

const PLAN = planOf([
  { act: "agent", at: 1, name: "report", count: 1 },
  { act: "agent", at: 2, name: "report", count: 2 },
]);
const EFFECTS = [effect(PLAN, 1, 100), effect(PLAN, 2, 200, { given: [1, 10] })];

function posted(at: number, part: number, more: Partial<Posted> = {}): Posted {
  return { run: "run-1", at, part, n: at * 10, sentAt: at * 100 + part, ...more };
}

const ALL = [posted(1, 1), posted(1, 2), posted(2, 1), posted(2, 2)];

function postedRun(view: Partial<BoardView> | "unknown", more: Partial<LifeParts> = {}): LifeRecord {
  const life = lifeOf(PLAN, { effects: EFFECTS, ledger: [1, 10, 2, 20], ...more });
  const results = view === "unknown" ? [] : (view.results ?? ALL);
  const board = view === "unknown" ? view : { status: "complete", total: results.length, results, ...view };
  return { ...life, binding: "POSTER", board };
}

const found = (life: LifeRecord, sights: readonly BoardSight[] = []): string[] =>
  problemsOfAll(recordOf([life], { boards: [{ name: "hub-1", clients: [[...sights]] }] }));

describe("what runs report to agents of pawl/agent", () => {
  test("is there, each part once", () => expect(found(postedRun({}))).toEqual([]));
  test("is not lost", () =>
    expect(found(postedRun({ results: ALL.slice(0, 3) }))).toEqual([expect.stringMatching(/lacks part 2 .* at 2/)]));
  test("is not taken twice", () =>
    expect(found(postedRun({ results: [...ALL, posted(1, 2)] }))).toEqual([expect.stringMatching(/part 2 .* twice/)]));
  test("is not another run's", () =>
    expect(found(postedRun({ results: [...ALL, posted(1, 1, { run: "run-2" })] }))).toEqual([
      expect.stringMatching(/a result of run-2/),
    ]));
  test("comes from a step that has been seen", () =>
    expect(found(postedRun({ results: [posted(1, 1, { n: 77 }), ...ALL.slice(1)] }))).toContainEqual(
      expect.stringMatching(/no step has sent/),
    ));
  test("is counted", () =>
    expect(found(postedRun({ total: 5 }))).toEqual([expect.stringMatching(/says .* 5 .* gives 4/)]));
});

describe("the end of a run of pawl/agent", () => {
  const cancelled: Partial<LifeParts> = {
    status: { status: "terminated", output: null },
    operations: [operation("terminate", 300)],
  };

  test("is known to its agent", () =>
    expect(found(postedRun({ status: "running" }))).toEqual([expect.stringMatching(/has the run as running/)]));
  test("a cancelled one keeps what it has", () =>
    expect(found(postedRun({ status: "cancelled", results: ALL.slice(0, 3) }, cancelled))).toEqual([]));
  test("also what finished steps of it have reported", () =>
    expect(found(postedRun({ status: "cancelled", results: [] }, cancelled))).toHaveLength(2));
  test("a cancelled one takes nothing that is sent later", () => {
    const late = [...ALL.slice(0, 3), posted(2, 2, { sentAt: 310 })];
    expect(found(postedRun({ status: "cancelled", results: late }, cancelled))).toEqual([
      expect.stringMatching(/sent 8 ms after the run was cancelled/),
    ]);
  });
  test("a cancelled one is not running", () =>
    expect(found(postedRun({ status: "running", results: ALL.slice(0, 2) }, cancelled))).toEqual([
      expect.stringMatching(/has the run as running, and it is terminated/),
    ]));
  test("one that had said that it is complete may stay so", () =>
    expect(found(postedRun({ status: "complete" }, cancelled))).toEqual([]));
});

describe("a start that an agent has accepted", () => {
  const gone: Partial<LifeParts> = { status: "gone", effects: [] };

  test("is known to it", () => expect(found(postedRun("unknown"))).toEqual([expect.stringMatching(/does not know/)]));
  test("comes to a run", () =>
    expect(found(postedRun({ status: "running", results: [] }, gone))).toContainEqual(
      expect.stringMatching(/was never created/),
    ));
});

describe("what clients are shown of runs of pawl/agent", () => {
  const sight = (status: string, at: number, more: Partial<BoardSight> = {}): BoardSight => {
    return { run: "run-1", status, total: 2, at, ...more };
  };

  test("runs that end", () => expect(found(postedRun({}), [sight("running", 1), sight("complete", 2)])).toEqual([]));
  test("no cancelled run that runs again by itself", () =>
    expect(found(postedRun({}), [sight("cancelled", 1), sight("running", 2)])).toEqual([
      expect.stringMatching(/saw run-1 cancelled and then running/),
    ]));
  test("but one that was restarted", () => {
    const life = postedRun({}, { operations: [operation("restart", 3, { fromTop: 0 })] });
    expect(found(life, [sight("cancelled", 1), sight("running", 5)])).toEqual([]);
  });
  test("no cancelled run that gets results", () =>
    expect(found(postedRun({}), [sight("cancelled", 1), sight("cancelled", 2, { total: 3 })])).toEqual([
      expect.stringMatching(/from 2 results to 3/),
    ]));
  test("no result of another run", () =>
    expect(found(postedRun({}), [sight("running", 1, { strange: "a result of run-2" })])).toEqual([
      expect.stringMatching(/saw a result of run-2/),
    ]));
});
