import { beforeEach, describe, expect, test } from "vitest";
import { ExceptionMerger, type ReportedException } from "./exceptions.ts";

let reports: ReportedException[];
let merger: ExceptionMerger;
let now: number;
beforeEach(() => {
  reports = [];
  now = 0;
  merger = new ExceptionMerger(
    (exception) => reports.push(exception),
    () => now,
  );
});

const ORIGIN = "    at Obj.fail (index.js:1:1)";
const CALLER = "    at async Object.fetch (index.js:9:9)";
const uncaught = () => reports.filter(({ handled }) => !handled);

describe("one exception makes one report", () => {
  test("in a handler", () => {
    merger.thrown({ header: "Error: x", frames: [ORIGIN] });
    merger.endedEvent("Error: x");
    merger.reachedClient("Error: x");
    expect(reports).toEqual([{ header: "Error: x", frames: [ORIGIN], handled: false }]);
  });

  test("of a value that is no Error", () => {
    merger.thrown({ header: "a string", frames: [] });
    merger.endedEvent("Error: a string");
    merger.reachedClient("Error: a string");
    expect(reports).toEqual([{ header: "Error: a string", frames: [], handled: false, value: "a string" }]);
  });

  test("in an object's fetch, when the caller passes it on", () => {
    merger.thrown({ header: "Error: x", frames: [ORIGIN] });
    merger.endedEvent("Error: x");
    merger.thrown({ header: "Error: x", frames: [CALLER] });
    merger.endedEvent("Error: x");
    merger.reachedClient("Error: x");
    expect(uncaught()).toEqual([{ header: "Error: x", frames: [ORIGIN], handled: false }]);
  });

  test("in a method called over RPC, with the frames of where it began first", () => {
    merger.thrown({ header: "Error: x", frames: [ORIGIN] });
    merger.thrown({ header: "Error: x", frames: [CALLER] });
    merger.endedEvent("Error: x");
    merger.reachedClient("Error: x");
    expect(uncaught()).toEqual([{ header: "Error: x", frames: [ORIGIN, CALLER], handled: false }]);
  });

  test("that comes without a stack", () => {
    merger.reachedClient("Error: x");
    expect(reports).toEqual([{ header: "Error: x", frames: [], handled: false }]);
  });
});

test("an exception that a caller may have handled is marked so", () => {
  merger.thrown({ header: "Error: x", frames: [ORIGIN] });
  merger.settle();
  expect(reports).toEqual([{ header: "Error: x", frames: [ORIGIN], handled: true }]);
});

test("the same exception made twice is reported twice", () => {
  for (let time = 0; time < 2; time++) {
    merger.thrown({ header: "Error: x", frames: [ORIGIN] });
    merger.endedEvent("Error: x");
  }
  expect(uncaught()).toHaveLength(2);
});

test("an old exception is not taken for the origin of a new one", () => {
  merger.thrown({ header: "Error: x", frames: [ORIGIN] });
  merger.settle();
  now += 10_000;
  merger.thrown({ header: "Error: x", frames: [CALLER] });
  merger.endedEvent("Error: x");
  expect(uncaught()).toEqual([{ header: "Error: x", frames: [CALLER], handled: false }]);
});
