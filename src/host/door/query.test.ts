import { expect, test } from "vitest";
import { Problem } from "./answers.ts";
import { list, readQuery, text, time, wholeNumber } from "./query.ts";

const SPEC = { workflow: text, status: list, from: time, limit: wholeNumber(1, 1000) };

function read(query: string): unknown {
  return readQuery(new URLSearchParams(query), SPEC);
}

test("what is given is read, what is absent stays absent", () => {
  expect(read("")).toEqual({});
  expect(read("workflow=a%20b&status=running,queued&status=paused&limit=7&from=2026-11-17T09:30:00%2B01:00")).toEqual({
    workflow: "a b",
    status: ["running", "queued", "paused"],
    limit: 7,
    from: Date.UTC(2026, 10, 17, 8, 30),
  });
  expect(read("from=1700000000000")).toEqual({ from: 1_700_000_000_000 });
  expect(read("from=2026-11-17")).toEqual({ from: Date.UTC(2026, 10, 17) });
});

test("an empty one is as if it were absent, whatever it is", () => {
  expect(read("workflow=&status=&from=&limit=")).toEqual({});
  expect(read("workflow=&workflow=a&status=&status=running")).toEqual({ workflow: "a", status: ["running"] });
});

test.each([
  ["stats=x", 'There is no query parameter "stats" here; there are: workflow, status, from, limit.'],
  ["constructor=x", 'There is no query parameter "constructor" here; there are: workflow, status, from, limit.'],
  ["workflow=a&workflow=b", '"workflow" is given 2 times; give it once.'],
  [`workflow=${"x".repeat(1001)}`, '"workflow" is longer than 1000 characters.'],
  ["limit=0", '"limit" is a whole number from 1 to 1000, not "0".'],
  ["limit=1001", '"limit" is a whole number from 1 to 1000, not "1001".'],
  ["limit=1e2", '"limit" is a whole number from 1 to 1000, not "1e2".'],
  ["status=,,", '"status" is a list with nothing but commas in it; leave it out.'],
  ["stats=", 'There is no query parameter "stats" here; there are: workflow, status, from, limit.'],
  [
    "from=yesterday",
    '"from" is a time: milliseconds since 1970, or an ISO time with its zone, such as 2026-11-17T09:30:00Z; not "yesterday".',
  ],
  [
    "from=2026-11-17T09:30:00",
    '"from" is a time: milliseconds since 1970, or an ISO time with its zone, such as 2026-11-17T09:30:00Z; not "2026-11-17T09:30:00".',
  ],
  [
    "from=2026-13-17",
    '"from" is a time: milliseconds since 1970, or an ISO time with its zone, such as 2026-11-17T09:30:00Z; not "2026-13-17".',
  ],
])("%s is refused with what it should have been", (query, message) => {
  expect(() => read(query)).toThrow(new Problem(400, message));
});

test("where there are no parameters, none is taken", () => {
  expect(() => readQuery(new URLSearchParams("a=1"), {})).toThrow(
    'There is no query parameter "a" here; there are none.',
  );
});
