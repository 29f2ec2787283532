import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startCli } from "../support/server.ts";
import { counterApp } from "./apps.ts";

let project: string;
let server: RunningServer;
beforeAll(async () => {
  project = await counterApp();
});
afterEach(() => server.stop());

async function add(): Promise<number> {
  return (await (await fetch(`${server.url}/add`)).json()) as number;
}

describe("workerd is kept running", () => {
  test("killed, it is started again on the same port with its data", async () => {
    server = await startCli(project);
    expect(await add()).toBe(1);
    const first = await server.workerdPid();
    process.kill(first, "SIGKILL");
    const restarted = await server.logged(({ event }) => event === "restarted");
    expect(await add()).toBe(2);
    expect(restarted["workerdPid"]).not.toBe(first);
    expect(server.log().some(({ message }) => message.includes("workerd ended (signal SIGKILL)"))).toBe(true);
  });

  test("blocked by a loop without end, it is killed and started again", async () => {
    server = await startCli(project, { args: ["--blocked-after", "1"] });
    await add();
    const spinning = fetch(`${server.url}/spin`).catch(() => "cut off");
    await server.logged(({ message }) => message.includes("event loop has been blocked"));
    expect(await spinning).toBe("cut off");
    await server.logged(({ event }) => event === "restarted");
    expect(await add()).toBe(2);
  });

  test("a second signal does not wait for what does not end", async () => {
    server = await startCli(project);
    void fetch(`${server.url}/spin`).catch(() => undefined);
    await expect(fetch(`${server.url}/add`, { signal: AbortSignal.timeout(300) })).rejects.toThrow("timeout");
    process.kill(server.pid, "SIGTERM");
    await server.logged(({ event }) => event === "stopping");
    process.kill(server.pid, "SIGINT");
    expect(await server.exited()).toBe(130);
  });
});
