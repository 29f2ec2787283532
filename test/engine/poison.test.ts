import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Witness } from "../support/witness.ts";
import { EngineApp } from "./app.ts";
import { PolicyProject } from "./policy-app.ts";

let witness: Witness;
let app: EngineApp;

/** How often workerd has died so far. */
function deaths(): number {
  return app.server.log().filter(({ event }) => event === "restarted").length;
}

describe.each([
  { does: "block in a step", what: 'Step "bad-1"', subject: "step bad-1" },
  { does: "block between steps", what: "The code between the steps of this run", subject: "" },
  { does: "use up the memory", what: 'Step "bad-1"', subject: "step bad-1" },
])("code that would $does", ({ does, what, subject }) => {
  const id = does.replaceAll(" ", "-");

  beforeAll(async () => {
    witness = await Witness.start();
    const project = await PolicyProject.make({ witness: witness.url });
    app = await EngineApp.of(project.path, witness, ["--blocked-after", "1", "--max-heap", "200"]);
  });
  afterAll(async () => {
    await app.stop();
  });

  test("is found, named in the log, and failed after three deaths of the process", { timeout: 120_000 }, async () => {
    await app.call("create", [{ id, params: { does } }], { workflow: "POISON" }).catch(() => undefined);
    // The server may be down at any moment.
    const status = await expect
      .poll(() => app.status(id, "POISON").catch(() => ({ status: "unknown" })), { timeout: 100_000, interval: 100 })
      .toMatchObject({ status: "errored" })
      .then(() => app.status(id, "POISON"));
    expect(status.error?.message).toContain(`${what} has taken the server down 3 times`);
    expect(deaths()).toBe(3);
    const named = app.server.log().filter(({ message }) => message.includes(`workflow poison run ${id}`));
    expect(named.some(({ message }) => message.includes("was under way when the process died"))).toBe(true);
    expect(named.some(({ message }) => message.includes(subject) && message.includes("3 of 3 times"))).toBe(true);
    // What was on disk before is not done again; code that blocks in the turn of a step's end takes that end with it.
    expect(witness.of(id).filter((text) => text === "good").length).toBeLessThanOrEqual(2);
  });

  test("and the rest of the machine goes on", async () => {
    await app.call("create", [{ id: "after", params: {} }], { workflow: "FREE" });
    witness.release("after", "first");
    expect(await app.until("after", "complete", "FREE")).toMatchObject({ output: "done" });
  });
});

test("what is under way at every death beside the culprit is not taken for it", { timeout: 180_000 }, async () => {
  witness = await Witness.start();
  const project = await PolicyProject.make({ witness: witness.url });
  app = await EngineApp.of(project.path, witness, ["--blocked-after", "1"]);
  const innocent = ["a", "b", "c"];
  for (const id of innocent) {
    await app.call("create", [{ id, params: {} }], { workflow: "FREE" });
    await witness.until(id, (seen) => seen.length > 0);
  }
  const culprit = { id: "culprit", params: { does: "block in a step" } };
  await app.call("create", [culprit], { workflow: "POISON" }).catch(() => undefined);
  await app.server.logged(({ message }) => message.includes("culprit") && message.includes("3 of 3"), 150_000);
  for (const id of innocent) witness.release(id, "first");
  for (const id of innocent) {
    await expect
      .poll(() => app.status(id, "FREE").catch(() => undefined), { timeout: 60_000 })
      .toMatchObject({ status: "complete" });
  }
  expect(await app.status("culprit", "POISON")).toMatchObject({ status: "errored" });
  await app.stop();
});
