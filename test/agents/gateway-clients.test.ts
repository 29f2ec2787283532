import { AgentClient } from "agents/client";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ClientMessage, WorkflowState } from "pawl/agent";
import type { Part, Report } from "../fixtures/gateway-app/program.ts";
import { gatewayApp } from "./gateway-app.ts";
import { eventually } from "./sdk-client.ts";

// Clients of every kind: the SDK's own, those who may do little, and hostile ones.

const app = gatewayApp();

const add = (value: unknown): Report => ({ report: "addResult", args: [value] });
const held = (gate: string): Part => ({ step: "hold", deeds: [{ gate }] });

describe("the SDK's own client", () => {
  const clients: AgentClient<WorkflowState>[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  function connect(
    name: string,
    states: WorkflowState[],
    query: Record<string, string> = {},
  ): AgentClient<WorkflowState> {
    const client = new AgentClient<WorkflowState>({
      host: app.server.url,
      protocol: "ws",
      agent: "Office",
      name,
      query,
      WebSocket,
      minReconnectionDelay: 50,
      maxReconnectionDelay: 50,
      onStateUpdate: (state) => states.push(state),
    });
    clients.push(client);
    return client;
  }

  test("follows a run by its state, and knows nothing of deltas", async () => {
    const states: WorkflowState[] = [];
    const client = connect("sdk", states);
    await eventually(() => expect(client.identified).toBe(true));
    expect(client.state).toMatchObject({ status: "idle", runs: [] });
    const program = [add("a"), held("sdk"), add("b")];
    client.send(JSON.stringify({ type: "start", params: { program } }));
    await eventually(() => expect(client.state).toMatchObject({ status: "running", results: ["a"] }));
    await eventually(async () => expect(await client.call("isAwaited", ["sdk"])).toBe(true));
    await client.call("openGate", ["sdk"]);
    await eventually(() =>
      expect(client.state).toMatchObject({ status: "complete", results: ["a", "b"], progress: 100 }),
    );
    expect(states.at(-1)).toEqual(client.state);
  });

  test("that are connected when the server is killed come back and see the same end, and an approval at once", async () => {
    const three = [1, 2, 3].map(() => connect("sdk-killed", []));
    const [client] = three;
    if (client === undefined) throw new Error("there are three");
    await eventually(() => expect(three.every(({ identified }) => identified)).toBe(true));
    const program = [add("a"), held("kill"), add("b"), { approval: true }, add("c")];
    client.send(JSON.stringify({ type: "start", instanceId: "sdk-killed", params: { program } }));
    await eventually(async () => expect(await client.call("isAwaited", ["kill"])).toBe(true));
    await app.server.kill9();
    await app.server.restart();
    for (const each of three) each.updateProperties({ host: app.server.url });
    await eventually(async () => expect(await client.call("isAwaited", ["kill"], { timeout: 1000 })).toBe(true));
    await client.call("openGate", ["kill"]);
    const asking = { status: "running", results: ["a", "b"], runs: [{ waitingFor: [{ event: "approval" }] }] };
    for (const each of three) await eventually(() => expect(each.state).toMatchObject(asking));
    client.send(JSON.stringify({ type: "approve", instanceId: "sdk-killed" }));
    for (const each of three) {
      await eventually(() => expect(each.state).toMatchObject({ status: "complete", results: ["a", "b", "c"] }));
      expect(each.state).toEqual(client.state);
    }
  });

  test("cannot write the state, and is told so; fields of the application are the agent's to change", async () => {
    const errors: string[] = [];
    const client = connect("sdk-write", []);
    client.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as { type: string; error?: string };
      if (message.type === "cf_agent_state_error") errors.push(String(message.error));
    });
    await eventually(() => expect(client.identified).toBe(true));
    client.setState({ ...client.state, status: "complete", results: ["forged"] } as WorkflowState);
    await eventually(() => expect(errors).toEqual(["State update rejected"]));
    const other = await app.connect("sdk-write");
    expect(other.state).toMatchObject({ status: "idle", results: [], theme: "light" });
    await client.call("setTheme", ["dark"]);
    await other.untilState(({ theme }) => theme === "dark");
    await expect(client.call("spoilState")).rejects.toThrow("made from what runs report");
    expect(other.state).toMatchObject({ status: "idle", theme: "dark" });
  });

  test("has the application's fields beside those of the runs, across runs and restarts", async () => {
    const client = await app.connect("theme");
    await client.call("setTheme", "dark");
    const id = await client.start([add("x")]);
    await client.untilRun(id, ({ status }) => status === "complete");
    expect(client.state).toMatchObject({ theme: "dark", results: ["x"] });
    await app.server.kill9();
    await app.server.restart();
    const after = await app.connect("theme");
    expect(after.state).toMatchObject({ theme: "dark", results: ["x"], status: "complete" });
  });
});

describe("who may do what", () => {
  const ABOUT_RUN = ["pause", "resume", "cancel", "restart", "delete"] as const;

  test("a read-only connection sees everything and changes nothing", async () => {
    const owner = await app.connect("readonly");
    const viewer = await app.connect("readonly", "readonly=1");
    const id = await owner.start([add("seen"), { approval: true }]);
    await viewer.untilRun(id, ({ waitingFor, results }) => waitingFor.length === 1 && results.length === 1);
    const refused: ClientMessage[] = [
      { type: "start", params: { program: [] } },
      ...ABOUT_RUN.map((type) => ({ type, instanceId: id })),
      { type: "approve", instanceId: id },
      { type: "reject", instanceId: id },
      { type: "sendEvent", instanceId: id, event: { type: "approval", payload: { approved: true } } },
    ];
    for (const message of refused) expect(await viewer.ask(message)).toMatchObject({ type: "error", code: "readonly" });
    for (const type of ["run", "results", "status"] as const) {
      expect(await viewer.ask({ type, instanceId: id })).not.toMatchObject({ type: "error" });
    }
    expect(await viewer.ask({ type: "runs" })).toMatchObject({ total: 1 });
    expect(await viewer.ask({ type: "sync" })).toMatchObject({ type: "state_update", state: { status: "running" } });
    expect(owner.run(id)).toMatchObject({ status: "running", waitingFor: [{ event: "approval" }] });
    await owner.must({ type: "approve", instanceId: id });
    await viewer.untilRun(id, ({ status }) => status === "complete");
  });

  test("authorize is asked about every action, with the run that it is about", async () => {
    const owner = await app.connect("authorize");
    const [mine, theirs] = [await owner.start([held("mine")]), await owner.start([held("theirs")])];
    const client = await app.connect("authorize", `may=read,cancel&only=${mine}`);
    expect(await client.ask({ type: "start", params: {} })).toMatchObject({ code: "forbidden" });
    for (const type of ABOUT_RUN.filter((type) => type !== "cancel")) {
      expect(await client.ask({ type, instanceId: mine })).toMatchObject({ type: "error", code: "forbidden" });
    }
    for (const type of ["cancel", "run", "results", "status"] as const) {
      expect(await client.ask({ type, instanceId: theirs })).toMatchObject({ type: "error", code: "forbidden" });
    }
    expect(await client.ask({ type: "cancel", instanceId: mine })).toMatchObject({ type: "done" });
    await owner.untilRun(mine, ({ status }) => status === "cancelled");
    expect(owner.run(theirs)).toMatchObject({ status: "running" });
  });

  test("authorize counts over HTTP as well", async () => {
    const url = `${app.server.url}/agents/office/authorize-http`;
    const started = await fetch(`${url}/start?may=read`, { method: "POST", body: "{}" });
    expect(started.status).toBe(403);
    expect(await started.json()).toMatchObject({ error: { code: "forbidden" } });
    for (const path of ["", "/state", "/runs"]) {
      expect((await fetch(`${url}${path}?may=start`)).status).toBe(403);
      expect((await fetch(`${url}${path}?may=read`)).status).toBe(200);
    }
  });

  test("an authorize that crashes refuses, and the reason is in the log alone", async () => {
    const client = await app.connect("authorize-crash", "may=crash");
    const answer = await client.ask({ type: "start", params: {} });
    expect(answer).toMatchObject({ type: "error", code: "internal" });
    expect(JSON.stringify(answer)).not.toContain("crashed");
    await app.server.logged(({ message, stack }) => `${message}${stack ?? ""}`.includes("authorize has crashed"));
  });

  test("runs of another agent are nobody's business here", async () => {
    const [mine, theirs] = [await app.connect("mine"), await app.connect("theirs")];
    const id = await theirs.start([held("private")]);
    for (const type of [...ABOUT_RUN, "run", "results", "status", "approve", "reject"] as const) {
      expect(await mine.ask({ type, instanceId: id })).toMatchObject({ type: "error", code: "unknown_run" });
    }
    const event = { type: "go", payload: 1 };
    expect(await mine.ask({ type: "sendEvent", instanceId: id, event })).toMatchObject({ code: "unknown_run" });
    expect(theirs.run(id)).toMatchObject({ status: "running" });
  });
});

describe("a hostile client", () => {
  const REFUSED = { type: "error", message: expect.any(String), code: expect.any(String) };
  const UNANSWERABLE = { type: "rpc", success: false };
  const MALFORMED: [string, string | Uint8Array, object][] = [
    ["nothing", "", REFUSED],
    ["no JSON", "{", REFUSED],
    ["a number", "7", REFUSED],
    ["null", "null", REFUSED],
    ["an array", "[]", REFUSED],
    ["a text", '"start"', REFUSED],
    ["no type", "{}", REFUSED],
    ["an unknown type", '{"type":"explode"}', REFUSED],
    ["a type that every object has", '{"type":"toString"}', REFUSED],
    ["a prototype", '{"type":"start","__proto__":{"admin":true},"params":[]}', REFUSED],
    ["no id", '{"type":"cancel"}', REFUSED],
    ["an id that is an object", '{"type":"cancel","instanceId":{"toString":1}}', REFUSED],
    ["an id like a path", '{"type":"start","instanceId":"../../etc/passwd"}', REFUSED],
    ["params that are a text", '{"type":"start","params":"x"}', REFUSED],
    ["an event without a type", '{"type":"sendEvent","instanceId":"x","event":{}}', REFUSED],
    ["an endless page", '{"type":"runs","limit":1e9}', REFUSED],
    ["a page before the first", '{"type":"results","instanceId":"x","from":-1}', REFUSED],
    ["a broken call", '{"type":"rpc","id":1}', REFUSED],
    ["a call of nothing", '{"type":"rpc","id":"1","method":"takeReport","args":[{"run":"x"},[]]}', UNANSWERABLE],
    ["bytes", new Uint8Array([0, 1, 2, 255]), REFUSED],
    ["no bytes", new Uint8Array(0), REFUSED],
    [
      "deep nesting",
      `{"type":"start","params":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
      { type: "error", code: "malformed" },
    ],
    ["1 MB of an unknown type", JSON.stringify({ type: "explode", fill: "x".repeat(1_000_000) }), REFUSED],
    ["more than may come", JSON.stringify({ type: "start", params: { fill: "x".repeat(1_100_000) } }), REFUSED],
    ["1 MB that is no JSON", "x".repeat(1_000_000), REFUSED],
  ];

  test("gets a clear error for whatever it sends; the connection and the agent stay as they are", async () => {
    const client = await app.connect("hostile");
    const witness = await app.connect("hostile");
    const id = await witness.start([add("safe"), held("hostile")]);
    await witness.untilRun(id, ({ totalResults }) => totalResults === 1);
    for (const [what, message, expected] of MALFORMED) {
      const { length } = client.messages;
      client.send(message);
      const answer = await client.until(() =>
        client.messages.slice(length).find(({ type }) => type === "error" || type === "rpc"),
      );
      expect({ what, ...answer }).toMatchObject({ what, ...expected });
    }
    expect(client.closed).toBeUndefined();
    expect(witness.run(id)).toMatchObject({ status: "running", results: ["safe"] });
    await witness.call("openGate", "hostile");
    await witness.untilRun(id, ({ status }) => status === "complete");
  });

  test("cannot call what runs call, nor what is the server's", async () => {
    const client = await app.connect("hostile-calls");
    for (const method of [
      "addResult",
      "updateStep",
      "completeWorkflow",
      "setWorkflowError",
      "takeReport",
      "takeBulletin",
      "runWorkflow",
      "startRun",
      "terminateWorkflow",
      "reconcileRuns",
      "setState",
      "onWorkflowCallback",
      "_workflow_updateState",
    ]) {
      await expect(client.call(method, {}, [])).rejects.toThrow(/not callable|does not exist/);
    }
    expect(client.state).toMatchObject({ status: "idle", results: [], totalRuns: 0 });
  });

  test("that sends a thousand messages at once is answered a thousand times", async () => {
    const client = await app.connect("hostile-flood");
    for (let n = 0; n < 1000; n++) client.send(n % 2 === 0 ? "{" : { type: "run", instanceId: `none-${n}` });
    await client.until(() =>
      client.messages.filter(({ type }) => type === "error").length === 1000 ? true : undefined,
    );
    expect(client.closed).toBeUndefined();
    const id = await client.start([add("still here")]);
    expect((await client.untilRun(id, ({ status }) => status === "complete")).results).toEqual(["still here"]);
  });

  test("may be told an error with the id of its request", async () => {
    const client = await app.connect("hostile-ids");
    client.send({ type: "explode", requestId: "mine" });
    const answer = await client.until(() => client.messages.find(({ requestId }) => requestId === "mine"));
    expect(answer).toMatchObject({ type: "error", code: "malformed" });
  });

  test("with a little agent: a large message is refused by that agent's measure", async () => {
    const client = await app.connect("hostile-little", "", "closet");
    client.send({ type: "start", params: { fill: "x".repeat(6000) }, requestId: "large" });
    const answer = await client.until(() => client.messages.find(({ requestId }) => requestId === "large"));
    expect(answer).toMatchObject({ type: "error", code: "too_large", message: expect.stringContaining("5000") });
  });
});
