import { introspectWorkflow, startTestServer, type TestServer } from "pawl/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
beforeAll(async () => {
  // The page is not needed here.
  server = await startTestServer({ project: ".", buildPage: false });
});
afterAll(() => server.stop());

/** An agent, over HTTP: each test has one of its own. */
async function ask(name: string, path: string, body?: unknown): Promise<{ instanceId: string; state: unknown }> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await server.fetch(`/agents/my-agent/${name}/${path}`, init);
  return (await response.json()) as { instanceId: string; state: unknown };
}

test("items are processed one by one, and the run is complete when somebody has approved it", async () => {
  const runs = await introspectWorkflow(server.workflow("MY_WORKFLOW"));
  await runs.modifyAll((m) => m.disableSleeps());

  const { instanceId } = await ask("fruit", "start", { params: { items: ["fig", "pear"] } });
  const [run] = await runs.get();
  expect(await run?.waitForStepResult({ name: "process 2" })).toBe(4);
  const instance = await server.workflow("MY_WORKFLOW").get(instanceId);
  await instance.sendEvent({ type: "approval", payload: { approved: true } });
  await run?.waitForStatus("complete");
  expect(await run?.getOutput()).toEqual({ items: 2, letters: 7 });
  expect(await ask("fruit", "state")).toMatchObject({
    state: {
      status: "complete",
      results: [
        { number: 1, item: "fig", letters: 3 },
        { number: 2, item: "pear", letters: 4 },
      ],
    },
  });
  await runs.dispose();
});

test("a task without items fails, and says why", async () => {
  const runs = await introspectWorkflow(server.workflow("MY_WORKFLOW"));
  await ask("nothing", "start", { params: { items: [] } });
  const [run] = await runs.get();
  await run?.waitForStatus("errored");
  expect(await run?.getError()).toMatchObject({ message: "A task has 1 to 20 items of up to 200 characters." });
  await runs.dispose();
});
