import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { ENGINE_SCHEMA } from "../../src/host/data/versions.ts";
import { pawlVersion } from "../../src/host/version.ts";
import { CLI, isRunning, RunningServer, startCli, temporaryDirectory, untilGone } from "../support/server.ts";
import { counterApp } from "./apps.ts";

let project: string;
beforeAll(async () => {
  project = await counterApp();
});

/** Runs `pawl` to its end. */
function pawl(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

async function add(server: RunningServer): Promise<number> {
  return (await (await fetch(`${server.url}/add`)).json()) as number;
}

describe("start and stop", () => {
  test("serves, stops with exit code 0 on Ctrl-C and leaves no process and no lock", async () => {
    const server = await startCli(project);
    expect(await add(server)).toBe(1);
    const workerd = await server.workerdPid();
    expect(await server.stop()).toBe(0);
    expect(await isRunning(workerd)).toBe(false);
    await expect(stat(join(server.dataDir, "lock"))).rejects.toThrow("ENOENT");
  });

  test("stops in time although a request does not end", async () => {
    const server = await startCli(project);
    const workerd = await server.workerdPid();
    // A loop without end: SIGTERM alone does nothing then.
    const spinning = fetch(`${server.url}/spin`).catch(() => "cut off");
    await expect(fetch(`${server.url}/add`, { signal: AbortSignal.timeout(300) })).rejects.toThrow("timeout");
    expect(await server.stop()).toBe(0);
    expect(await isRunning(workerd)).toBe(false);
    expect(await spinning).toBe("cut off");
  });

  test("workerd dies with a host that is killed, and the data is there at the next start", async () => {
    const server = await startCli(project);
    await add(server);
    const workerd = await server.workerdPid();
    process.kill(server.pid, "SIGKILL");
    await untilGone(workerd);
    await server.restart();
    expect(await add(server)).toBe(2);
    await server.stop();
  });

  test("the data directory is marked as not to be committed, and closed to others", async () => {
    const server = await startCli(project);
    expect(await readFile(join(server.dataDir, ".gitignore"), "utf8")).toBe("*\n");
    expect((await stat(join(server.dataDir, "do"))).mode & 0o077).toBe(0);
    expect(JSON.parse(await readFile(join(server.dataDir, "pawl.json"), "utf8"))).toEqual({
      format: 1,
      name: "counter",
      shards: 8,
      schema: ENGINE_SCHEMA,
      pawl: pawlVersion(),
    });
    await server.stop();
  });
});

describe("what cannot be started is refused", () => {
  test("a port that somebody else has", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const data = await temporaryDirectory("data");
    const { code, stderr } = await pawl("start", project, "--port", String(port), "--data", data);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use.`);
    expect(stderr).not.toContain("    at ");
    await expect(stat(join(data, "lock"))).rejects.toThrow("ENOENT");
  });

  test("a data directory that is in use, naming who uses it and where it serves", async () => {
    const server = await startCli(project);
    const { code, stderr } = await pawl("start", project, "--port", "0", "--data", server.dataDir);
    expect(code).toBe(1);
    expect(stderr).toContain(`in use by process ${server.pid}`);
    expect(stderr).toContain(server.url);
    expect(await add(server)).toBe(1);
    await server.stop();
  });

  test("data of another Worker, or with another number of shards", async () => {
    const server = await startCli(project);
    await server.stop();
    const other = await counterApp({ config: { name: "other" } });
    const renamed = await pawl("start", other, "--port", "0", "--data", server.dataDir);
    expect(renamed).toMatchObject({ code: 1 });
    expect(renamed.stderr).toContain('belongs to the Worker "counter"');
    const resharded = await pawl("start", project, "--port", "0", "--data", server.dataDir, "--shards", "3");
    expect(resharded).toMatchObject({ code: 1 });
    expect(resharded.stderr).toContain("was made with 8 shards");
  });

  test("a Worker that fails while it is loaded, with the place in its source", async () => {
    const broken = await counterApp({
      files: {
        "src/index.ts": `const config: { port?: { n: number } } = {};\n\nexport const n = config.port!.n;\nexport class Counter {}\nexport default {};\n`,
      },
    });
    const { code, stderr } = await pawl("start", broken, "--port", "0", "--data", await temporaryDirectory("data"));
    expect(code).toBe(1);
    expect(stderr).toContain("Cannot read properties of undefined (reading 'n')");
    expect(stderr).toMatch(/src\/index\.ts:3:\d+/);
    expect(stderr).toContain("> 3 | export const n = config.port!.n;");
  });

  test("a folder without a configuration", async () => {
    const folder = await temporaryDirectory("project");
    const { code, stderr } = await pawl("start", folder);
    expect(code).toBe(1);
    expect(stderr).toContain("wrangler.jsonc");
    expect(stderr).toContain(folder);
  });
});
