import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Tree } from "../fixtures/property-app/tree.ts";
import { seedFor } from "../support/seed.ts";
import { EngineApp } from "./app.ts";

let app: EngineApp;
beforeAll(async () => {
  app = await EngineApp.start("property-app");
});
afterAll(async () => {
  await app.stop();
});

const seed = seedFor("identity");

/**
 * Programs of steps. Names are few within a branch and its own to it: which of two branches comes first to a name that
 * both use is chance, and the code's own fault (spec §6.3). Calls that are made at once in one place may share a name.
 */
function program(place: string, depth: number): Arbitrary<Tree[]> {
  const name = fc.constantFrom(`${place}a`, `${place}b`, `${place}a-1`);
  const leaves: Arbitrary<Tree>[] = [
    fc.record({ kind: fc.constant("do"), name, fails: fc.nat(1), body: fc.constant([]) }),
    fc.record({ kind: fc.constant("sleep"), name }),
    fc.record({ kind: fc.constant("wait"), name }),
    fc.record({ kind: fc.constant("same"), name, times: fc.integer({ min: 2, max: 4 }) }),
  ];
  if (depth === 0) return fc.array(fc.oneof(...leaves), { maxLength: 4 });
  const inner: Arbitrary<Tree>[] = [
    fc.record({ kind: fc.constant("do"), name, fails: fc.nat(2), body: program(`${place}in `, depth - 1) }),
    fc
      .tuple(program(`${place}left `, depth - 1), program(`${place}right `, depth - 1))
      .map((branches): Tree => ({ kind: "beside", branches })),
  ];
  return fc.array(fc.oneof(...leaves, ...inner), { maxLength: 4 });
}

/** A replay between two attempts does not repeat what is inside of the step, and the steps there keep their counts. */
const withoutRetriesAround = (trees: readonly Tree[]): Tree[] =>
  trees.map((tree): Tree => {
    if (tree.kind === "beside") return { ...tree, branches: tree.branches.map(withoutRetriesAround) };
    if (tree.kind !== "do" || tree.body.length === 0) return tree;
    return { ...tree, fails: 0, body: withoutRetriesAround(tree.body) };
  });

/** What a program comes to: the nth use of a kind and name in the order of the calls; each callback once an attempt. */
class Expected {
  readonly #counts = new Map<string, number>();

  list(trees: readonly Tree[]): unknown[] {
    return trees.map((tree) => this.#of(tree));
  }

  #of(tree: Tree): unknown {
    if (tree.kind === "do") return this.#do(tree);
    if (tree.kind === "sleep") return "slept";
    if (tree.kind === "wait") return "Execution timed out after 1ms";
    if (tree.kind === "beside") return tree.branches.map((branch) => this.list(branch));
    return Array.from({ length: tree.times }, () => this.#do({ name: tree.name, fails: 0, body: [] }));
  }

  #do({ name, fails, body }: { name: string; fails: number; body: readonly Tree[] }): unknown {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    // What is inside is called again by every attempt, as further uses of its names.
    for (let i = 0; i < fails; i++) this.list(body);
    return [name, count, fails + 1, fails + 1, this.list(body)];
  }
}

let runs = 0;

async function comesToWhatIsExpected(trees: Tree[]): Promise<void> {
  const id = `trees-${++runs}`;
  await app.call("create", [{ id, params: trees }], { workflow: "TREES" });
  const { status, output } = await app.until(id, ["complete", "errored"], "TREES");
  expect({ status, output }).toEqual({ status: "complete", output: new Expected().list(trees) });
}

const parameters = { seed, numRuns: 60, interruptAfterTimeLimit: 120_000 };

test(
  "E6: programs of steps in, beside and after each other have the identities that follow from their calls",
  { timeout: 180_000 },
  async () => {
    await fc.assert(fc.asyncProperty(program("", 2), comesToWhatIsExpected), parameters);
  },
);

test("E1, E6: they come to the same with a replay after every step", { timeout: 180_000 }, async () => {
  await fetch(`${app.server.url}/replay/on`, { method: "POST" });
  const programs = program("", 2).map(withoutRetriesAround);
  await fc.assert(fc.asyncProperty(programs, comesToWhatIsExpected), parameters);
});
