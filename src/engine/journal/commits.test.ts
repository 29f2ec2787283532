import { expect, test } from "vitest";
import { Commits } from "./commits.ts";

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 0);
  });

test("in a fresh turn nothing is written until the flush, and then everything in one turn", async () => {
  const commits = new Commits();
  const turns: number[] = [];
  let turn = 0;
  expect(commits.now()).toBe(false);
  const both = [commits.join(() => turns.push(turn)), commits.join(() => turns.push(turn))];
  expect(turns).toEqual([]);
  turn = 1;
  await Promise.all(both);
  expect(turns).toEqual([1, 1]);
});

test("code that goes on in the flush's turn writes at once", async () => {
  const commits = new Commits();
  await commits.write(() => {});
  expect(commits.now()).toBe(true);
  await Promise.resolve();
  expect(commits.write(() => "written")).toBe("written");
});

test("the next turn is a fresh one", async () => {
  const commits = new Commits();
  await commits.write(() => {});
  await nextTurn();
  expect(commits.now()).toBe(false);
});

test("a turn takes a bounded number of writes, then others get the thread", async () => {
  const commits = new Commits();
  await commits.write(() => {});
  let written = 0;
  while (commits.now()) written++;
  expect(written).toBeGreaterThan(100);
  expect(written).toBeLessThanOrEqual(1000);
  expect(commits.write(() => 1)).toBeInstanceOf(Promise);
});

test("a write that throws rejects its own caller and nobody else's", async () => {
  const commits = new Commits();
  const results = await Promise.allSettled([
    commits.write(() => 1),
    commits.write(() => {
      throw new Error("disk full");
    }),
    commits.write(() => 3),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  await nextTurn();
  expect(await commits.write(() => "again")).toBe("again");
});

test("more than one flush's worth is written in order over several turns", async () => {
  const commits = new Commits();
  const order: number[] = [];
  await Promise.all(Array.from({ length: 2500 }, (_, i) => commits.join(() => order.push(i))));
  expect(order).toEqual(Array.from({ length: 2500 }, (_, i) => i));
});
