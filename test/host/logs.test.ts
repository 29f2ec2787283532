import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LogLine, type RunningServer, startCli, tempProject } from "../support/server.ts";
import { counterApp } from "./apps.ts";

let server: RunningServer;
beforeAll(async () => {
  const project = await counterApp({
    config: { vars: { GREETING: { text: 'a "quoted" \\ line\nanother\u0001 ü😀' } } },
    files: { ".dev.vars": 'SECRET="hush hush"\n' },
  });
  server = await startCli(project);
});
afterAll(() => server.stop());

/** The errors with this text, once everything that belongs to them has been logged. */
async function errors(message: string): Promise<LogLine[]> {
  await server.logged((line) => line.message.includes(message));
  // Echoes of an error, if there were any, would come before what is logged next.
  const said = () => server.log().filter((line) => line.message.startsWith("said")).length;
  const before = said();
  await fetch(`${server.url}/log`);
  await server.logged(() => said() > before);
  return server.log().filter((line) => line.level === "error" && line.message.includes(message));
}

describe("an uncaught error is logged once, with its place in the source", () => {
  test.each([
    ["in a handler", "/throw", "TypeError: failed in the handler", "throw new TypeError", "fetch"],
    [
      "in an object, on its way through the handler",
      "/fail",
      "RangeError: failed in the object",
      "throw new RangeError",
      "Counter.fail",
    ],
    ["in an alarm", "/alarm", "Error: failed in the alarm", "throw new Error(", "Counter.alarm"],
    ["in a promise that nobody handles", "/reject", "Error: nobody handles this", "Promise.reject(", "fetch"],
  ])("%s", async (_, path, message, source, name) => {
    await fetch(server.url + path);
    const found = await errors(message);
    expect(found).toHaveLength(1);
    const [line] = found;
    const stack = line?.stack ?? line?.message ?? "";
    expect(stack).toMatch(/src\/index\.ts:\d+:\d+/);
    expect(stack).toContain(name);
    expect(stack).not.toMatch(/\bindex\.js:\d/);
    expect(line?.frame).toMatch(/^> +\d+ \| /m);
    expect(line?.frame).toContain(source);
  });
});

test("what is thrown and no Error is logged once, as what it is", async () => {
  await fetch(`${server.url}/throw-text`);
  const found = await errors("failed with a text");
  expect(found).toHaveLength(1);
  expect(found[0]?.message).toMatch(/^Uncaught failed with a text \(no Error/);
});

test("an error that its caller handles is not one of the log's", async () => {
  const before = server.log().filter((line) => line.message.includes("failed in the object")).length;
  expect(await (await fetch(`${server.url}/caught`)).text()).toBe("failed in the object");
  await fetch(`${server.url}/throw`);
  await errors("failed in the handler");
  expect(server.log().filter((line) => line.message.includes("failed in the object"))).toHaveLength(before);
});

test("console output keeps its level and its values", async () => {
  await fetch(`${server.url}/log`);
  expect(await server.logged(({ message }) => message === "said { nested: [ 1, 2 ] }")).toMatchObject({
    level: "info",
    source: "worker",
  });
  expect(await server.logged(({ message }) => message.includes("warned"))).toMatchObject({ level: "warn" });
});

describe("secrets", () => {
  test("reach the Worker, and so do values of any shape", async () => {
    expect(await (await fetch(`${server.url}/env`)).json()).toEqual({
      secret: "hush hush",
      greeting: { text: 'a "quoted" \\ line\nanother\u0001 ü😀' },
    });
  });

  test("are neither in the log nor on the disk", async () => {
    expect(server.output()).not.toContain("hush hush");
    const files = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
    const telling: string[] = [];
    for (const file of files.filter((entry) => entry.isFile())) {
      const text = await readFile(join(file.parentPath, file.name), "latin1");
      if (text.includes("hush hush")) telling.push(file.name);
    }
    expect(telling).toEqual([]);
  });
});

test("caches can be used, and are empty", async () => {
  expect(await (await fetch(`${server.url}/cache`)).json()).toBe(true);
});

const FLAKY = `
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";

function total(order: { readonly lines?: readonly number[] }): number {
  return order.lines!.length;
}

export class Flaky extends WorkflowEntrypoint<unknown, unknown> {
  override async run(_event: WorkflowEvent<unknown>, step: WorkflowStep): Promise<void> {
    await step.do("count", { retries: { limit: 1, delay: 1 } }, async () => total({}));
  }
}

export default {
  async fetch(_request: Request, env: { readonly FLAKY: Workflow }): Promise<Response> {
    return Response.json((await env.FLAKY.create()).id);
  },
};
`;

test("a step that fails is logged with its place in the source, when it is tried again as well", async () => {
  const project = await tempProject({
    "wrangler.jsonc": JSON.stringify({
      name: "flaky",
      main: "src/index.ts",
      compatibility_date: "2026-06-11",
      workflows: [{ binding: "FLAKY", name: "flaky", class_name: "Flaky" }],
    }),
    "src/index.ts": FLAKY,
  });
  const flaky = await startCli(project);
  try {
    await fetch(flaky.url);
    const attempt = await flaky.logged(({ message }) => message.includes("count-1 attempt 1 failed"));
    const run = await flaky.logged(({ level, message }) => level === "error" && message.includes("failed"));
    for (const line of [attempt, run]) {
      expect(line.message).toMatch(/at total \(.*src\/index\.ts:5:\d+\)/);
      expect(line.frame).toContain("> 5 |   return order.lines!.length;");
    }
  } finally {
    await flaky.stop();
  }
});
