import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CLI, temporaryDirectory } from "../support/server.ts";
import { counterApp } from "./apps.ts";

function pawl(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

test.each([
  [["strat"], 'pawl has no command "strat". Did you mean "pawl start"?', 'See "pawl help".'],
  [["start", "--prot", "1"], '"pawl start" has no flag --prot. Did you mean --port?', 'See "pawl help start".'],
  [["start", "--shards", "0"], '--shards is a whole number from 1 to 1024, not "0".', 'See "pawl help start".'],
  [["start", "--port", "-1"], '--port is a whole number from 0 to 65535, not "-1".', 'See "pawl help start".'],
  [["--port", "1"], "pawl has no flag --port. A command comes first.", 'See "pawl help".'],
])("%j cannot be understood: exit code 2, and where to look", async (args, message, hint) => {
  expect(await pawl(...args)).toEqual({ code: 2, stdout: "", stderr: `error ${message}\n${hint}\n` });
});

test.each([
  [[], "Usage: pawl <command> [options]"],
  [["--help"], "Usage: pawl <command> [options]"],
  [["help"], "Examples:"],
  [["help", "start"], "Usage: pawl start [project] [options]"],
  [["start", "--help"], "--port <number>"],
  [["build", "-h"], "--out <folder>"],
])("%j explains", async (args, text) => {
  const { code, stdout, stderr } = await pawl(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(text);
});

test("--version is that of the package", async () => {
  const manifest = JSON.parse(await readFile(join(CLI, "../../../package.json"), "utf8")) as { version: string };
  expect((await pawl("--version")).stdout).toBe(`${manifest.version}\n`);
});

test("in the JSON format errors are JSON too", async () => {
  const { code, stdout, stderr } = await pawl("start", await temporaryDirectory("project"), "--log-format", "json");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(JSON.parse(stderr)).toMatchObject({ level: "error", event: "failed", code: "config_not_found" });
});

test("build writes a bundle and keeps secrets out of it", async () => {
  const project = await counterApp({ files: { ".dev.vars": "SECRET=hush\n" } });
  const out = join(await temporaryDirectory("out"), "bundle");
  const { code, stdout } = await pawl("build", project, "--out", out);
  expect(code).toBe(0);
  expect(stdout).toContain(`Built counter (one module) in ${out}`);
  expect(await readdir(out)).toEqual(expect.arrayContaining(["bundle.json", "worker"]));
  expect(await readFile(join(out, "bundle.json"), "utf8")).not.toContain("hush");
});
