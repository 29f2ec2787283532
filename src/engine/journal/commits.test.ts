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

const MIB = 1024 * 1024;

test("a turn takes a bounded number of bytes, then others get the thread; nothing changes the order", async () => {
  const commits = new Commits();
  const turns: number[] = [];
  const order: number[] = [];
  let turn = 0;
  for (let i = 0; i < 7; i++) {
    commits.journal(() => {
      commits.wrote(3 * MIB);
      turns.push(turn);
      order.push(i);
    });
  }
  while (order.length < 7) {
    turn++;
    await nextTurn();
  }
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
  for (const at of turns) expect(turns.filter((other) => other === at).length).toBeLessThanOrEqual(3);
});

test("in a turn whose bytes are written, what comes next waits for another one", async () => {
  const commits = new Commits();
  await commits.write(() => commits.wrote(9 * MIB));
  expect(commits.now()).toBe(false);
  await commits.write(() => {});
  expect(commits.now()).toBe(true);
});

test("what runs have to write goes before what brings more to do, which is heard all the same", async () => {
  const commits = new Commits();
  const order: string[] = [];
  const commands = ["first", "second", "third"].map((name) => commits.join(() => order.push(name)));
  for (let i = 0; i < 4; i++) {
    commits.journal(() => {
      commits.wrote(8 * MIB);
      order.push("result");
    });
  }
  await Promise.all(commands);
  expect(order).toEqual(["result", "first", "result", "second", "result", "third"]);
  while (order.length < 7) await nextTurn();
});

test("a bounded number of runs begins in a turn, and commands keep their order", async () => {
  const commits = new Commits();
  const turns = new Map<number, number>();
  const order: number[] = [];
  let turn = 0;
  const begin = (i: number): void => {
    commits.began();
    order.push(i);
    turns.set(turn, (turns.get(turn) ?? 0) + 1);
  };
  const begun = Array.from({ length: 250 }, (_, i) => commits.join(() => begin(i)));
  // In the turn of the first ones, behind those that wait.
  void begun[0]?.then(() => begun.push(commits.write(() => begin(250)) as Promise<void>));
  while (order.length < 251) {
    turn++;
    await nextTurn();
  }
  expect(order).toEqual(Array.from({ length: 251 }, (_, i) => i));
  expect(Math.max(...turns.values())).toBeLessThan(250);
});

test("where a turn had no room for what it brought, few runs begin in the next", async () => {
  const commits = new Commits();
  await commits.write(() => commits.wrote(9 * MIB));
  let turn = 0;
  const turns: number[] = [];
  const begun = Array.from({ length: 30 }, () =>
    commits.join(() => {
      commits.began();
      turns.push(turn);
    }),
  );
  void begun[0]?.then(() => turn++);
  await Promise.all(begun);
  expect(turns.filter((at) => at === 0).length).toBeLessThanOrEqual(10);
});
