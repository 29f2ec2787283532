import { type ChildProcess, execFile, spawn } from "node:child_process";
import { access, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { REPOSITORY } from "../support/repository.ts";
import { temporaryDirectory, untilGone } from "../support/server.ts";

const run = promisify(execFile);
/** What npm packs for one, it hands on to npm for another; the packages that are needed are here already. */
const ENV = { ...process.env, NO_COLOR: "1", npm_config_prefer_offline: "true", npm_config_audit: "false" };

let folder = "";
let pawl = "";
let createPawl = "";

beforeAll(async () => {
  folder = await temporaryDirectory("create");
  [pawl, createPawl] = await Promise.all([
    // Built already; the tests of other files use dist/ meanwhile.
    pack(["--ignore-scripts"], REPOSITORY),
    pack(["--workspace", "create-pawl"], REPOSITORY),
  ]);
  await run("tar", ["-xzf", createPawl], { cwd: folder });
});

async function pack(args: string[], cwd: string): Promise<string> {
  const { stdout } = await run("npm", ["pack", "--json", ...args, "--pack-destination", folder], { cwd, env: ENV });
  // What a script of the package has printed comes first.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as { filename: string }[];
  if (packed === undefined) throw new Error("npm packed nothing");
  return join(folder, packed.filename);
}

/** What `npm create pawl@latest …` does, with the packed package. */
function npmCreate(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const command = ["exec", "--yes", `--package=${createPawl}`, "--", "create-pawl", ...args];
  return run("npm", command, { cwd: folder, env: ENV });
}

/** The same without npm around it. */
function create(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, [join(folder, "package/dist/main.js"), ...args], { cwd: folder, env: ENV });
}

let browser: Browser;
let dev: ChildProcess | undefined;
afterAll(async () => {
  await browser?.close();
  if (dev?.pid !== undefined && dev.exitCode === null && dev.signalCode === null) process.kill(-dev.pid, "SIGKILL");
});

test("a new project is installed, checked, tested, served, and reloaded when its Worker changes", async () => {
  const opened = launchBrowser();
  const { stdout } = await npmCreate("my-app", "--pawl", pawl);
  expect(stdout).toContain('Made my-app from the template "starter".');
  expect(stdout).toMatch(/Next:\s+cd my-app\s+npm run dev/);
  const app = join(folder, "my-app");
  expect(await readdir(app)).toContain(".gitignore");
  expect(await readFile(join(app, "wrangler.jsonc"), "utf8")).toContain('"name": "my-app"');

  const [, tested] = await Promise.all([
    run("npm", ["run", "typecheck"], { cwd: app, env: ENV }),
    run("npm", ["test"], { cwd: app, env: ENV }),
  ]);
  expect(tested.stdout).toContain("2 passed");

  const server = await startDev(app);
  browser = await opened;
  const page = await browser.newPage();
  await page.goto(server.url);
  await processOne(page, "fig", "fig: 3 letters");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Complete", { exact: true }).first().waitFor();

  const source = join(app, "workers/agents/DurableWorkflow.ts");
  const reloaded = page.waitForEvent("load", { timeout: 60_000 });
  await writeFile(source, (await readFile(source, "utf8")).replace("item.length }", "item.length * 100 }"));
  await server.said("DurableWorkflow.ts changed: rebuilt");
  await reloaded;
  await processOne(page, "plum", "plum: 400 letters");

  process.kill(-server.pid, "SIGINT");
  await server.ended;
  await untilGone(server.workerdPid);
}, 180_000);

async function processOne(page: Page, item: string, result: string): Promise<void> {
  await page.getByText("live", { exact: true }).waitFor();
  await page.getByLabel("Items, one a line").fill(item);
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByText(result, { exact: true }).waitFor();
}

/** `npm run dev`, as a person runs it: npm and what it starts get the Ctrl-C together. */
async function startDev(cwd: string) {
  const child = spawn("npm", ["run", "dev", "--", "--port", "0", "--log-format", "json"], {
    cwd,
    env: ENV,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  dev = child;
  let output = "";
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    for (const look of waiting) look();
  });
  const ended = text(child.stdout);
  const said = (what: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`"${what}" was not said in:\n${output}`)), 60_000);
      const look = (): void => {
        const line = output.split("\n").find((candidate) => candidate.includes(what));
        if (line === undefined || !output.includes(`${line}\n`)) return;
        clearTimeout(late);
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
      look();
    });
  const { url, workerdPid } = JSON.parse(await said('"event":"ready"')) as { url: string; workerdPid: number };
  return { url, workerdPid, pid: child.pid ?? -1, said, ended };
}

test("the template csv-import is a whole application: it is built with its page", async () => {
  const { stdout } = await create("shop", "--template", "csv-import", "--no-install", "--pawl", pawl);
  expect(stdout).toMatch(/cd shop\s+npm install\s+npm run dev/);
  const shop = join(folder, "shop");
  expect(await readFile(join(shop, "README.md"), "utf8")).not.toContain("../../");
  expect(await readFile(join(shop, "package.json"), "utf8")).toContain(`"pawl": "file:${pawl}"`);
  await symlink(join(REPOSITORY, "node_modules"), join(shop, "node_modules"));
  const built = await run(join(shop, "node_modules/.bin/pawl"), ["build", shop], { cwd: shop, env: ENV });
  expect(built.stdout).toContain("Built shop");
  await access(join(shop, "dist/index.html"));
}, 120_000);

test("what is in a folder already stays as it is", async () => {
  await mkdir(join(folder, "taken"));
  await writeFile(join(folder, "taken/notes.txt"), "mine");
  await expect(create("taken", "--no-install")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not empty (it holds "notes.txt")') as string,
  });
  expect(await readdir(join(folder, "taken"))).toEqual(["notes.txt"]);
});

test.each([
  ["./nowhere.tgz", "there is nothing at"],
  [".", 'is a folder. Run "npm pack" in it'],
])("a Pawl that cannot be used is refused before anything is made: %s", async (spec, message) => {
  await expect(create("refused", "--pawl", spec)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(message) as string,
  });
  await expect(access(join(folder, "refused"))).rejects.toThrow("ENOENT");
});

test.each([
  [[], "Say which folder to make, for example: npm create pawl@latest my-app"],
  [["a", "--template", "b"], 'There is no template "b". There are: starter, csv-import.'],
])("a command line that cannot be understood is explained, and nothing is asked: %j", async (args, message) => {
  await expect(create(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) as string });
});
