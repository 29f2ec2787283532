import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { Door } from "../support/door.ts";
import { CLI, type RunningServer, startCli, tempProject } from "../support/server.ts";

const run = promisify(execFile);
const started: RunningServer[] = [];
afterAll(async () => {
  await Promise.all(started.map((server) => server.stop()));
});

async function page(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), "utf8");
}

/** The first block of code in a language. */
function block(text: string, language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  if (found === undefined) throw new Error(`there is no block of ${language}`);
  return found;
}

test("the README's Worker does what its text says, also when it is killed while it sleeps", async () => {
  const readme = await page("README.md");
  const project = await tempProject({ "wrangler.jsonc": block(readme, "jsonc"), "worker.ts": block(readme, "ts") });
  const server = await startCli(project);
  started.push(server);
  const ask = async (method: string, body?: string): Promise<unknown> =>
    (await fetch(`${server.url}/ada`, { method, ...(body === undefined ? {} : { body }) })).json();

  expect(await ask("PUT")).toEqual({ status: "running", output: null });
  await server.kill9();
  await server.restart();
  await ask("POST", "Nice to be here");
  await expect
    .poll(async () => ask("GET"), { timeout: 20_000 })
    .toEqual({ status: "complete", output: { greeting: "Hello, ada!", reply: "Nice to be here" } });
});

test("every path of the admin API's reference is there", async () => {
  const readme = await page("README.md");
  const project = await tempProject({ "wrangler.jsonc": block(readme, "jsonc"), "worker.ts": block(readme, "ts") });
  const server = await startCli(project);
  started.push(server);
  await fetch(`${server.url}/ada`, { method: "PUT" });
  const paths = Array.from(
    (await page("docs/reference/admin-api.md")).matchAll(/^\| `GET (\/\S+)`/gm),
    ([, path]) => path,
  );
  expect(paths.length).toBeGreaterThan(7);
  const door = new Door(server.dataDir);
  for (const path of paths) {
    const real = path?.replace(":workflow", "welcome").replace(":id", "ada").replace(":place", "1") ?? "";
    expect(await door.get(real)).toMatchObject({ status: 200 });
  }
});

test("the command line reference has the help of npm create pawl", async () => {
  const main = fileURLToPath(new URL("../../packages/create-pawl/dist/main.js", import.meta.url));
  const { stdout } = await run(process.execPath, [main, "--help"]);
  expect(await page("docs/reference/command-line.md")).toContain(stdout.trimEnd());
});

test.each([[[]], [["start"]], [["dev"]], [["build"]], [["types"]]])(
  "the command line reference has the help of pawl %j",
  async (command) => {
    const { stdout } = await run(process.execPath, [CLI, ...command, "--help"], {
      env: { ...process.env, NO_COLOR: "1" },
    });
    expect(await page("docs/reference/command-line.md")).toContain(stdout.trimEnd());
  },
);
