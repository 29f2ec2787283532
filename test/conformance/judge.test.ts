import { describe, expect, test } from "vitest";
import { type Difference, brief } from "./difference.ts";
import type { Json, Outcome } from "./hosts/client.ts";
import { judge, type Observed, record, suspects } from "./judge.ts";
import { isClean, reportOf } from "./report.ts";

const PROGRAM = { name: "6_5-a", section: "6.5", title: "a" };

const outcomes = (result: Json): Map<string, Outcome> =>
  new Map([[PROGRAM.name, { result, trace: [], history: null }]]);

function observed({ workerd = 1, pawl = 1, replayed = pawl, miniflare = pawl }: Record<string, Json>): Observed {
  return {
    programs: [PROGRAM],
    workerd: outcomes(workerd),
    pawl: outcomes(pawl),
    replayed: outcomes(replayed),
    miniflare: outcomes(miniflare),
    again: [],
  };
}

function row(kind: Difference["kind"], cloudflare: Json, pawl: Json): Difference {
  const where = { [PROGRAM.name]: { result: { cloudflare, pawl } } };
  return { topic: "A", kind, cloudflare: "one", pawl: "two", why: "because", where };
}

describe("judge", () => {
  test("nothing differs, nothing is listed: clean", () => {
    expect(isClean(judge(observed({}), []))).toBe(true);
  });

  test("a difference that is not listed", () => {
    const verdict = judge(observed({ pawl: 2 }), []);
    expect(verdict.unlisted).toEqual([{ program: PROGRAM.name, path: "result", left: 1, right: 2 }]);
    expect(isClean(verdict)).toBe(false);
    expect(reportOf(verdict)).toContain("6_5-a result");
  });

  test("a difference that is listed with what is seen", () => {
    const verdict = judge(observed({ pawl: 2 }), [row("bug", 1, 2)]);
    expect(verdict.listed).toHaveLength(1);
    expect(isClean(verdict)).toBe(true);
  });

  test("a listed difference in which either does something else now", () => {
    expect(judge(observed({ pawl: 3 }), [row("bug", 1, 2)]).unlisted).toHaveLength(1);
    expect(judge(observed({ workerd: 0, pawl: 2 }), [row("bug", 1, 2)]).unlisted).toHaveLength(1);
  });

  test("a listed difference that no longer occurs", () => {
    const verdict = judge(observed({}), [row("bug", 1, 2)]);
    expect(verdict.stale).toEqual(["6_5-a result"]);
    expect(isClean(verdict)).toBe(false);
  });

  test("an outcome that a replay changes", () => {
    const verdict = judge(observed({ replayed: 2 }), []);
    expect(verdict.replay).toHaveLength(1);
    expect(isClean(verdict)).toBe(false);
  });

  test("where the engines disagree, wrangler dev must do as Pawl does", () => {
    expect(isClean(judge(observed({ pawl: 2 }), [row("engines", 1, 2)]))).toBe(true);
    expect(judge(observed({ pawl: 2, miniflare: 1 }), [row("engines", 1, 2)]).unwitnessed).toHaveLength(1);
    expect(judge(observed({ pawl: 2, miniflare: 1 }), [row("bug", 1, 2)]).unwitnessed).toEqual([]);
  });
});

describe("suspects", () => {
  test("programs that have not come out as the table says, each once", () => {
    expect(suspects(judge(observed({}), []))).toEqual([]);
    expect(suspects(judge(observed({ pawl: 2, replayed: 3 }), []))).toEqual([PROGRAM.name]);
    expect(suspects(judge(observed({}), [row("bug", 1, 2)]))).toEqual([PROGRAM.name]);
  });
});

describe("record", () => {
  test("what is new stands in a row without a reason", () => {
    const rows = record(judge(observed({ pawl: 2 }), []), []);
    expect(rows).toEqual([{ ...row("missing", 1, 2), topic: "", cloudflare: "", pawl: "", why: "" }]);
  });

  test("values are brought up to date, and what no longer differs goes", () => {
    const old = [row("bug", 1, 2)];
    expect(record(judge(observed({ pawl: 3 }), old), old)).toEqual([row("bug", 1, 3)]);
    expect(record(judge(observed({}), old), old)).toEqual([{ ...row("bug", 1, 2), where: {} }]);
    expect(record(judge(observed({}), [row("missing", 1, 2)]), [row("missing", 1, 2)])).toEqual([]);
  });
});

describe("brief", () => {
  test("a short value is itself, a long one its beginning and a digest of all of it", () => {
    expect(brief({ a: 1 })).toEqual({ a: 1 });
    const [a, b] = [brief(`${"x".repeat(1000)}a`), brief(`${"x".repeat(1000)}b`)];
    expect(JSON.stringify(a).length).toBeLessThan(200);
    expect(a).not.toBe(b);
  });
});
