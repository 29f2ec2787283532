import { describe, expect, test } from "vitest";
import type { Part } from "../fixtures/gateway-app/program.ts";
import { gatewayApp } from "./gateway-app.ts";

// What an application says of a run beside what the run reports, and what it does when one ends.

const app = gatewayApp();
const held = (gate: string): Part => ({ step: "hold", deeds: [{ gate }] });

describe("what the application says of a run", () => {
  test("is in its view for all clients, when it changes, in lists, and over HTTP", async () => {
    const [plain, delta] = [await app.connect("said"), await app.connect("said", "_deltas=1")];
    const id = await plain.start([held("said")]);
    await plain.untilAwaited("said");
    expect(plain.run(id)).not.toHaveProperty("details");
    for (const note of ["half of it", "all of it"]) {
      await plain.call("note", id, note);
      for (const client of [plain, delta]) await client.untilRun(id, ({ details }) => details === note);
    }
    expect(await plain.must({ type: "run", instanceId: id })).toMatchObject({ run: { details: "all of it" } });
    expect(await plain.must({ type: "runs" })).toMatchObject({ runs: [{ id, details: "all of it" }] });
    const answer = await fetch(`${app.server.url}/agents/office/said/runs/${id}`);
    expect(await answer.json()).toMatchObject({ run: { details: "all of it" } });
    await plain.call("openGate", "said");
    expect(await delta.untilRun(id, ({ status }) => status === "complete")).toMatchObject({ details: "all of it" });
  });

  test("goes when the run is deleted, and only then", async () => {
    const client = await app.connect("forgotten");
    const id = await client.start([held("forgotten")]);
    await client.call("note", id, "to be kept");
    await client.must({ type: "cancel", instanceId: id });
    expect(await client.call("aboutRun", id)).toEqual({ note: "to be kept", ends: ["cancelled"] });
    await client.must({ type: "delete", instanceId: id });
    expect(await client.call("aboutRun", id)).toMatchObject({ note: null });
  });
});

describe("the end of a run", () => {
  test("is heard of once, with how it has ended", async () => {
    const client = await app.connect("ends");
    const endings: [Part[], string][] = [
      [[{ step: "work", deeds: [] }], "complete"],
      [[{ throw: "unlucky" }], "error"],
    ];
    for (const [program, outcome] of endings) {
      const id = await client.start(program);
      await client.untilRun(id, ({ status }) => status === outcome);
      // The engine confirms what the run has said of itself.
      await client.call("compareNow");
      expect(await client.call("aboutRun", id)).toMatchObject({ ends: [outcome] });
    }
  });

  test("that the engine alone knows of is heard of as well", async () => {
    const client = await app.connect("behind");
    const id = await client.start([held("behind")]);
    await client.untilAwaited("behind");
    await client.call("meddle", "WORK", id, "terminate");
    await client.call("compareNow");
    expect(await client.call("aboutRun", id)).toMatchObject({ ends: ["cancelled"] });
  });

  test("is recorded together with what the application does about it, or not at all", async () => {
    const client = await app.connect("together");
    const id = await client.start([held("together")]);
    await client.untilAwaited("together");
    await client.call("note", id, "not yet");
    expect(await client.ask({ type: "cancel", instanceId: id })).toMatchObject({ type: "error", code: "internal" });
    expect(await client.call("aboutRun", id)).toEqual({ note: "not yet", ends: [] });
    expect(await client.must({ type: "run", instanceId: id })).toMatchObject({ run: { status: "running" } });
    // The instance is terminated; the agent finds that out when it compares itself with the engine.
    await client.call("note", id, "now");
    await client.call("compareNow");
    await client.untilRun(id, ({ status }) => status === "cancelled");
    expect(await client.call("aboutRun", id)).toEqual({ note: "now", ends: ["cancelled"] });
  });
});
