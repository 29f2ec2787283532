import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type RunningServer, startCli } from "../support/server.ts";
import { Client, type Message } from "./client.ts";

interface State {
  status: string;
  currentStep: string | null;
  progress: number;
  results: { item?: string; result?: string; taskId?: string }[];
  workflowInstanceId: string | null;
  error: string | null;
}

/** The agent's state as every update of it arrived at a client. */
function states(client: Client): State[] {
  return client.messages.filter(({ type }) => type === "cf_agent_state").map(({ state }) => state as State);
}

function hasState(condition: (state: State) => boolean): (message: Message) => boolean {
  return ({ type, state }) => type === "cf_agent_state" && condition(state as State);
}

async function start(client: Client): Promise<string> {
  client.send({ type: "start", params: { customData: "value" } });
  const { instanceId } = await client.receive(({ type }) => type === "workflow_started");
  return String(instanceId);
}

async function engineStatus(client: Client, instanceId: string): Promise<Message> {
  const { length } = client.messages;
  client.send({ type: "status", instanceId });
  return client.receive(({ type }) => type === "workflow_status", length);
}

async function untilEngineStatus(client: Client, instanceId: string, status: string): Promise<Message> {
  for (;;) {
    const message = await engineStatus(client, instanceId);
    if (message["status"] === status) return message;
  }
}

const ITEMS = ["item-1", "item-2", "item-3"];

/**
 * What an application that is written after Cloudflare's guides does for its clients, whichever agent it has.
 *
 * @param fixture folder of the application
 * @param shows whether its clients see every update by itself, or what is true once per frame
 */
export function testWorkflowApp(fixture: string, shows: "every update" | "every frame"): void {
  let server: RunningServer;
  const clients: Client[] = [];
  beforeAll(async () => {
    server = await startCli(fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url)));
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(async () => {
    await server.stop();
  });

  async function connect(session: string): Promise<Client> {
    const client = await Client.connect(`${server.url.replace("http", "ws")}/agents/workflow-agent/${session}`);
    clients.push(client);
    return client;
  }

  test("a run reports every step live to all clients and completes", async () => {
    const [one, two] = [await connect("live"), await connect("live")];
    const connected = await one.receive(({ type }) => type === "connected");
    expect(connected["state"]).toMatchObject({ status: "idle", results: [] });

    const instanceId = await start(one);
    for (const client of [one, two]) {
      await client.receive(hasState(({ status }) => status === "complete"));
      const seen = states(client);
      const steps = seen.map(({ currentStep }) => currentStep);
      const lasting = ITEMS.map((item) => `Processing ${item}...`);
      const momentary = shows === "every update" ? ["Initializing...", "Finalizing..."] : [];
      for (const step of [...lasting, ...momentary]) expect(steps).toContain(step);
      const last = seen.at(-1);
      expect(last).toMatchObject({ status: "complete", progress: 100, currentStep: null, error: null });
      expect(last?.results.map(({ item }) => item)).toEqual([...ITEMS, undefined]);
      expect(last?.results.at(-1)).toMatchObject({ taskId: instanceId });
    }
    // The run itself ends a moment after its last step has told the agent.
    expect(await untilEngineStatus(one, instanceId, "complete")).toMatchObject({ output: { taskId: instanceId } });
  });

  test("pause and resume: no error reaches the workflow's code, and every result comes once", async () => {
    const client = await connect("paused");
    const instanceId = await start(client);
    await client.receive(hasState(({ currentStep }) => currentStep === "Processing item-1..."));
    client.send({ type: "pause", instanceId });
    await client.receive(hasState(({ status }) => status === "paused"));
    await untilEngineStatus(client, instanceId, "paused");

    client.send({ type: "resume", instanceId });
    await client.receive(hasState(({ status }) => status === "complete"));
    expect(states(client).map(({ status }) => status)).not.toContain("error");
    expect(
      states(client)
        .at(-1)
        ?.results.map(({ item }) => item),
    ).toEqual([...ITEMS, undefined]);
    expect(await untilEngineStatus(client, instanceId, "complete")).toMatchObject({ output: { taskId: instanceId } });
  });

  test("cancel ends the run at once and reports no error", async () => {
    const client = await connect("cancelled");
    const instanceId = await start(client);
    await client.receive(hasState(({ currentStep }) => currentStep === "Processing item-1..."));
    // The state that a client gets when it connects is idle as well.
    const { length } = client.messages;
    client.send({ type: "cancel", instanceId });
    await client.receive(
      hasState(({ status }) => status === "idle"),
      length,
    );
    expect(await engineStatus(client, instanceId)).toMatchObject({ status: "terminated" });
    expect(states(client).map(({ status }) => status)).not.toContain("error");
  });

  test("a cancelled run cannot be cancelled again, and the client is told why", async () => {
    const client = await connect("cancelled-twice");
    const instanceId = await start(client);
    client.send({ type: "cancel", instanceId });
    await client.receive(
      hasState(({ status }) => status === "idle"),
      client.messages.length,
    );
    client.send({ type: "cancel", instanceId });
    const error = await client.receive(({ type }) => type === "error");
    expect(error["message"]).toContain("(instance.cannot_terminate)");
  });

  test("an unknown instance, or a message that is no JSON, is answered with an error", async () => {
    const client = await connect("errors");
    client.send({ type: "status", instanceId: "no-such-instance" });
    expect((await client.receive(({ type }) => type === "error"))["message"]).toContain("instance.not_found");
    const { length } = client.messages;
    client.send("not json");
    expect((await client.receive(({ type }) => type === "error", length))["message"]).toContain("JSON");
  });

  test("over HTTP: start, state and the agent's greeting", async () => {
    const base = `${server.url}/agents/workflow-agent/http`;
    const started = (await (
      await fetch(`${base}/start`, { method: "POST", body: JSON.stringify({ params: {} }) })
    ).json()) as {
      success: boolean;
      instanceId: string;
      state: State;
    };
    expect(started).toMatchObject({
      success: true,
      state: { status: "running", workflowInstanceId: started.instanceId },
    });
    const client = await connect("http");
    await client.receive(
      ({ type, state }) => ["connected", "cf_agent_state"].includes(type) && (state as State).status === "complete",
    );
    const { state } = (await (await fetch(`${base}/state`)).json()) as { state: State };
    expect(state).toMatchObject({ status: "complete", workflowInstanceId: started.instanceId });
    expect(await (await fetch(base)).json()).toMatchObject({
      message: "WorkflowAgent ready",
      state: { status: "complete" },
    });
  });

  test("a run that is under way when the server is killed completes after the restart, without any request", async () => {
    const before = await connect("killed");
    const instanceId = await start(before);
    await before.receive(hasState(({ currentStep }) => currentStep === "Processing item-2..."));
    await server.kill9();
    await server.restart();
    const after = await connect("killed");
    await after.receive(
      ({ type, state }) => ["connected", "cf_agent_state"].includes(type) && (state as State).status === "complete",
    );
    expect(await untilEngineStatus(after, instanceId, "complete")).toMatchObject({ output: { taskId: instanceId } });
  });
}
