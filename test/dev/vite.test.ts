import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { type RunningServer, startCli, tempProject } from "../support/server.ts";

const CONFIG = {
  name: "page",
  main: "worker.ts",
  compatibility_date: "2026-11-01",
  // Vite serves the page, so nothing needs to be built.
  build: { command: "exit 1" },
  assets: {
    directory: "./dist",
    binding: "ASSETS",
    not_found_handling: "single-page-application",
    run_worker_first: ["/api/*"] as string[] | boolean,
  },
};

const worker = (greeting: string) => `
export default {
  async fetch(request: Request, env: any): Promise<Response> {
    if (new URL(request.url).pathname !== "/api/greeting") return env.ASSETS.fetch(request);
    return new Response(${JSON.stringify(greeting)});
  },
};
`;

const FILES = {
  "wrangler.json": JSON.stringify(CONFIG),
  "worker.ts": worker("hello"),
  ".dev.vars": "SECRET=hush\n",
  "index.html": `<!doctype html><title>page</title><p id="own"></p><p id="said"></p><input /><script type="module" src="/src/main.ts"></script>`,
  "src/main.ts": `
    import { own } from "./own.ts";
    const show = (text: string) => { document.querySelector("#own")!.textContent = text; };
    show(own);
    import.meta.hot?.accept("./own.ts", (next) => show(next!.own));
    const response = await fetch("/api/greeting");
    document.querySelector("#said")!.textContent = await response.text();`,
  "src/own.ts": `export const own = "one";`,
  "vite.config.ts": `
    import { tmpdir } from "node:os";
    import { defineConfig } from "vite";
    export default defineConfig({
      cacheDir: tmpdir() + "/pawl-vite-" + process.pid,
      // What other tools need, and what must not be in the way here.
      plugins: [[{ name: "vite-plugin-cloudflare", configureServer() { throw new Error("not wanted here"); } }]],
      server: { proxy: { "/api": "http://127.0.0.1:9" } },
    });`,
};

let browser: Browser;
let page: Page;
let project: string;
let server: RunningServer;

beforeAll(async () => {
  browser = await launchBrowser();
  project = await tempProject(FILES);
  server = await startCli(project, { command: "dev" });
  page = await browser.newPage();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function shown(id: string, text: string): Promise<void> {
  await page.locator(id).getByText(text, { exact: true }).waitFor({ timeout: 30_000 });
}

test("the page is exchanged in the browser without a reload, and loaded again when the Worker has changed", async () => {
  await page.goto(`${server.url}/some/place`);
  await shown("#own", "one");
  await shown("#said", "hello");

  await page.locator("input").fill("half a sentence");
  await writeFile(join(project, "src/own.ts"), `export const own = "two";`);
  await shown("#own", "two");
  expect(await page.locator("input").inputValue()).toBe("half a sentence");

  await writeFile(join(project, "worker.ts"), worker("good day"));
  await shown("#said", "good day");
  expect(await page.locator("input").inputValue()).toBe("");
});

test("a Worker that cannot be built is explained in the page too, which goes away when it is mended", async () => {
  await writeFile(join(project, "worker.ts"), "export default {;");
  const overlay = page.locator("vite-error-overlay");
  await overlay.getByText("worker.ts:1").waitFor({ timeout: 30_000 });
  await writeFile(join(project, "worker.ts"), worker("mended"));
  await shown("#said", "mended");
  await overlay.waitFor({ state: "detached" });
  expect(await page.locator("#own").innerText()).toBe("two");
});

test.each([
  ["/.dev.vars", 403],
  ["/.env", 404],
  ["/nothing.txt", 404],
  ["/src/own.ts", 200],
  ["/", 200],
  ["/api/greeting", 200],
])("a program that asks for %s gets %i", async (path, status) => {
  const response = await fetch(server.url + path);
  // Vite says either that a file is forbidden or that there is none.
  expect([status, path === "/.dev.vars" ? 404 : status]).toContain(response.status);
  expect(await response.text()).not.toContain("hush");
});

test(
  "a Worker that is asked for everything hands on to Vite what it leaves to its assets",
  { timeout: 120_000 },
  async () => {
    const reloaded = server.logged(
      (line) => line.event === "reloaded" && line.message.includes("wrangler.json changed"),
    );
    const { assets } = CONFIG;
    const config = { ...CONFIG, assets: { ...assets, run_worker_first: true } };
    await writeFile(join(project, "wrangler.json"), JSON.stringify(config));
    await reloaded;
    // The one before is loading again just now.
    await page.close();
    page = await browser.newPage();
    // On a machine that is short of time the first try may be cut off by the exchange.
    await vi.waitFor(() => page.goto(`${server.url}/`, { timeout: 15_000 }), { timeout: 90_000 });
    await shown("#said", "mended");
    expect(await page.locator("#own").innerText()).toBe("two");
  },
);
