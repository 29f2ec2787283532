import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page, WebSocket } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, onTestFinished, vi } from "vitest";
import type { Work } from "../fixtures/react-app/page/window.ts";
import { launchBrowser } from "../support/browser.ts";
import { Road } from "../support/road.ts";
import { type RunningServer, startCli, tempProject } from "../support/server.ts";

const FIXTURE = fileURLToPath(new URL("../fixtures/react-app", import.meta.url));
/** How long a page may take on a machine that has much else to do. */
export const PATIENCE_MS = 30_000;

export interface PageOptions {
  name: string;
  agent?: string;
  /** Where the page takes its agents from. Default: from where it comes itself. */
  host?: string;
  /** What the first connections say of who this is. */
  tokens?: string[];
  /** All that this client may do. */
  may?: string;
  watched?: string;
  strict?: boolean;
  /** Where the page comes from. Default: `app.road`. */
  from?: string;
}

export interface ReactApp {
  readonly server: RunningServer;
  readonly road: Road;
  /** Opens the page in a browser window of its own, which is closed at the end of the test. */
  open(options: PageOptions): Promise<AppPage>;
}

/** A page of the application with what tests need of it. */
export class AppPage {
  readonly page: Page;
  /** All WebSockets that the page has opened. */
  readonly sockets: WebSocket[] = [];
  /** Errors, and warnings of React. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("websocket", (socket) => this.sockets.push(socket));
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      const isOfInterest = message.type() === "error" || message.type() === "warning";
      // A browser says itself that a connection has failed, and that is what these tests do to it.
      if (isOfInterest && !message.text().startsWith("WebSocket connection to")) this.complaints.push(message.text());
    });
  }

  /** Waits until an element of the page has a text, or one that fits. */
  async has(testId: string, text: string | RegExp): Promise<void> {
    const fits = (now: string): boolean => (typeof text === "string" ? now === text : text.test(now));
    await vi.waitFor(
      async () => {
        const now = await this.text(testId);
        if (!fits(now)) throw new Error(`${testId} of ${this.page.url()} is "${now}", and not ${String(text)}`);
      },
      { timeout: PATIENCE_MS, interval: 30 },
    );
  }

  async text(testId: string): Promise<string> {
    return (await this.page.getByTestId(testId).textContent()) ?? "";
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async start(program: Work["params"]["program"], id?: string): Promise<string> {
    return this.page.evaluate(([program, id]) => window.workflow.start({ program }, { id }), [program, id] as const);
  }

  /** Everything that the page knows of its agent. */
  async state(): Promise<unknown> {
    return this.page.evaluate(() => {
      const { state, runs, run, results } = window.workflow;
      return { state, runs, run, results: results.items };
    });
  }

  async results(): Promise<string[]> {
    return this.page.getByRole("list", { name: "Results" }).getByRole("listitem").allTextContents();
  }
}

/** Builds the page with Vite and serves the application for the tests of one file. */
export function reactApp(): ReactApp {
  let server: RunningServer | undefined;
  let road: Road | undefined;
  let browser: Browser | undefined;
  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error("The application has not been started yet.");
    return thing;
  };
  beforeAll(async () => {
    [server, browser] = await Promise.all([makeProject().then((project) => startCli(project)), launchBrowser()]);
    road = await Road.to(server.url);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await road?.stop();
    await server?.stop();
  });
  return {
    get server() {
      return there(server);
    },
    get road() {
      return there(road);
    },
    async open(options) {
      const context = await there(browser).newContext();
      onTestFinished(() => context.close());
      const page = new AppPage(await context.newPage());
      await page.page.goto(`${options.from ?? there(road).url}/?${query(options)}`);
      return page;
    },
  };
}

function query({ name, agent, host, tokens = [], may, watched, strict = false }: PageOptions): URLSearchParams {
  const all = { name, agent, host, may, watched, strict: strict ? "1" : undefined };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams([...given, ...tokens.map((token): [string, string] => ["token", token])]);
}

/** The application in a folder of its own, because every file of tests builds the page. */
async function makeProject(): Promise<string> {
  const config = {
    name: "react-app",
    main: join(FIXTURE, "main.ts"),
    compatibility_date: "2026-06-11",
    compatibility_flags: ["nodejs_compat"],
    assets: { directory: "./dist" },
    durable_objects: { bindings: ["Office", "Closet"].map((name) => ({ name, class_name: name })) },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Office", "Closet"] }],
    workflows: [{ binding: "WORK", name: "work", class_name: "Work" }],
  };
  const project = await tempProject({ "wrangler.jsonc": JSON.stringify(config) });
  await build({
    root: join(FIXTURE, "page"),
    // As it is without any configuration, but for React in its development version: StrictMode does nothing otherwise.
    configFile: false,
    mode: "development",
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "warn",
    build: { outDir: join(project, "dist"), emptyOutDir: true, minify: false },
  });
  return project;
}
