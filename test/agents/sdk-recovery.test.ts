import { beforeAll, describe, expect, test } from "vitest";
import { application } from "./sdk-app.ts";
import { eventually, OfficeClient, ORIGINS } from "./sdk-client.ts";

// Runs in every place where one can be when the server is killed, and what becomes of them after the restart.

const app = application();

/** Ids of the runs that were under way in the moment of the kill. */
interface Runs {
  atGate: string;
  inStep: string;
  pausedInStep: string;
  waiting: string;
  paused: string;
  pausedWithEvent: string;
  asleep: string;
  backingOff: string;
  unapproved: string;
  unwanted: string;
  justStarted: string[];
}

const runs: Runs[] = [];

async function prepare(office: OfficeClient): Promise<Runs> {
  const { call } = office;
  const wait = async (where: string, sleepMs = 0): Promise<string> => {
    const id = await call.run("WAITS", { where, ...(sleepMs > 0 && { sleepMs }) });
    await office.untilHeard(id, "progress");
    return id;
  };
  const gate = "middle";
  const atGate = await call.run("REPORTS", { gate });
  await eventually(async () => expect(await call.isAwaited(gate)).toBe(true));
  const [inStep, pausedInStep] = [await wait("step"), await wait("step")];
  for (const id of [inStep, pausedInStep]) {
    await eventually(async () => expect(await call.isAwaited(id)).toBe(true));
  }
  await call.pause(pausedInStep);
  const [waiting, paused, pausedWithEvent] = [await wait("event"), await wait("event"), await wait("event")];
  await call.pause(paused);
  await call.pause(pausedWithEvent);
  await call.send("WAITS", pausedWithEvent, "go", "from before");
  const [unapproved, unwanted] = [await call.run("APPROVALS", {}), await call.run("APPROVALS", {})];
  for (const id of [unapproved, unwanted]) await office.untilHeard(id, "progress");
  const [asleep, backingOff] = [await wait("sleep", 3000), await wait("back-off", 3000)];
  await office.untilHeard(backingOff, "note", "attempt 1");
  const states = { atGate, inStep, pausedInStep, waiting, paused, pausedWithEvent, asleep, backingOff };
  return { ...states, unapproved, unwanted, justStarted: [] };
}

const reconnecting: OfficeClient[] = [];

beforeAll(async () => {
  for (const origin of ORIGINS) {
    const office = await OfficeClient.connect(app.server.url, "recovery", origin);
    reconnecting.push(office);
    runs.push(await prepare(office));
  }
  for (const [index, office] of reconnecting.entries()) {
    const starts = Array.from({ length: 5 }, () => office.call.run("REPORTS", {}));
    runs[index]?.justStarted.push(...(await Promise.all(starts)));
  }
  await app.server.kill9();
  await app.server.restart();
  return () => {
    for (const office of reconnecting) office.close();
  };
});

describe.each(ORIGINS.map((origin, index) => ({ ...origin, index })))("after a kill, to $origin", (origin) => {
  const at = (): Runs => {
    const found = runs[origin.index];
    if (found === undefined) throw new Error("nothing was prepared");
    return found;
  };
  const connect = (): Promise<OfficeClient> => app.connect("recovery", origin);

  test("runs that were started with the last breath complete, and are tracked", async () => {
    const office = await connect();
    for (const id of at().justStarted) {
      await office.untilHeard(id, "complete");
      expect(await office.untilStatus("REPORTS", id, "complete")).toMatchObject({ output: { sum: 5 } });
      expect(await office.call.tracked(id)).toMatchObject({ status: "complete", error: null });
      expect(await office.heardOf(id, "error")).toEqual([]);
    }
  });

  test("a run goes on where it was: reports in steps are not repeated, those between steps are", async () => {
    const office = await connect();
    const { atGate: id } = at();
    await office.call.open("middle");
    await office.untilHeard(id, "complete");
    const kinds = (await office.heard(id)).map(({ kind, value }) => (typeof value === "string" ? value : kind));
    expect(kinds.filter((kind) => kind !== "progress")).toEqual(["event", "half-way", "complete"]);
    const begun = { stage: "begun", execution: 1 };
    // Each execution is a new object of the workflow's class.
    expect(await office.heardOf(id, "progress")).toEqual([begun, begun, { stage: "half-way", execution: 1 }]);
    await eventually(() => expect(office.client.state).toEqual({ phase: "ended", done: 0 }));
    expect(await office.untilStatus("REPORTS", id, "complete")).toMatchObject({ output: { sum: 5 } });
    expect(await office.call.tracked(id)).toMatchObject({ status: "complete" });
  });

  test("a step that was under way is run again, and ends the run", async () => {
    const office = await connect();
    const { inStep: id } = at();
    await office.call.open(id);
    await office.untilHeard(id, "complete", "passed");
    expect(await office.heardOf(id, "note")).toEqual(["in the step", "in the step", "after"]);
    expect(await office.heardOf(id, "error")).toEqual([]);
  });

  test("a run that was to pause at the end of a step is paused, and does nothing until it is resumed", async () => {
    const office = await connect();
    const { pausedInStep: id } = at();
    expect(await office.call.status("WAITS", id)).toMatchObject({ status: "paused" });
    await office.call.open(id);
    expect(await office.heardOf(id, "note")).toEqual(["in the step"]);
    await office.call.resume(id);
    await office.untilHeard(id, "complete", "passed");
  });

  test("a run that waited for an event still does, one that was paused as well", async () => {
    const office = await connect();
    const { waiting, paused, pausedWithEvent } = at();
    expect(await office.call.look("WAITS", waiting)).toMatchObject({ status: "running" });
    expect(await office.call.look("WAITS", paused)).toMatchObject({ status: "paused" });
    expect(await office.call.look("WAITS", pausedWithEvent)).toMatchObject({ status: "paused" });
    await office.call.send("WAITS", waiting, "go", "after the kill");
    await office.untilHeard(waiting, "complete", "after the kill");
    await office.call.resume(paused);
    await office.call.send("WAITS", paused, "go", "after the pause");
    await office.untilHeard(paused, "complete", "after the pause");
    await office.call.resume(pausedWithEvent);
    await office.untilHeard(pausedWithEvent, "complete", "from before");
    for (const id of [waiting, paused, pausedWithEvent]) {
      expect(await office.heardOf(id, "note")).toEqual(["after"]);
      expect(await office.heardOf(id, "complete")).toHaveLength(1);
      expect(await office.heardOf(id, "error")).toEqual([]);
    }
  });

  test("sleep and back-off end by themselves", async () => {
    const office = await connect();
    const { asleep, backingOff } = at();
    await office.untilHeard(asleep, "complete", "slept");
    await office.untilHeard(backingOff, "complete", "attempt 2");
    expect(await office.heardOf(backingOff, "note")).toEqual(["attempt 1", "attempt 2", "after"]);
    for (const id of [asleep, backingOff]) expect(await office.heardOf(id, "error")).toEqual([]);
  });

  test("runs that waited for an approval can be approved and rejected", async () => {
    const office = await connect();
    const { unapproved, unwanted } = at();
    await office.call.approve(unapproved, { metadata: { by: "the survivor" } });
    await office.call.reject(unwanted, { reason: "no need" });
    await office.untilHeard(unapproved, "complete");
    expect(await office.heardOf(unapproved, "complete")).toEqual([{ by: "the survivor" }]);
    await office.untilStatus("APPROVALS", unwanted, "errored");
    expect(await office.heardOf(unwanted, "error")).toEqual(["no need"]);
  });

  test("a client that was connected comes back by itself and hears the news", async () => {
    const office = reconnecting[origin.index];
    if (office === undefined) throw new Error("nothing was prepared");
    // The restarted server has another port; that is all a client must be told.
    await office.follow(app.server.url);
    const id = await office.call.run("REPORTS", {});
    const news = { kind: "complete", workflow: "REPORTS", id, value: { sum: 5 } };
    await eventually(() => expect(office.messages).toContainEqual({ type: "heard", heard: news }));
    await eventually(() => expect(office.client.state).toEqual({ phase: "ended", done: 0 }));
  });
});
