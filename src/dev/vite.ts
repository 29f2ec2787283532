import { access, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import { PawlError, type Project, shortPath } from "../compiler/index.ts";
import type { LogLevel } from "../host/index.ts";
import { ask, passBack, type Target } from "./forward.ts";
import { isNavigation, type Page, pathOf } from "./page.ts";
import { isWorkerFirst } from "./worker-first.ts";

const CONFIG_FILES = ["js", "mjs", "ts", "cjs", "mts", "cts"].map((extension) => `vite.config.${extension}`);
/** What Vite refuses to hand out by itself, and what else holds secrets or data here. */
const NEVER_SERVED = [
  ".env",
  ".env.*",
  "*.{crt,pem}",
  "**/.git/**",
  ".dev.vars",
  ".dev.vars.*",
  "**/.pawl/**",
  "**/.wrangler/**",
];

/** As much of Vite as is used here. It is the project's own, of whatever version that is. */
interface Vite {
  loadConfigFromFile(
    env: { command: "serve"; mode: string },
    configFile: string | undefined,
    root: string,
  ): Promise<{ path: string; config: Config; dependencies: string[] } | null>;
  createServer(config: Config): Promise<ViteServer>;
}

type Config = Record<string, unknown>;

interface ViteServer {
  readonly config: { readonly root: string };
  readonly middlewares: (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
  readonly ws: { send(message: object): void };
  transformIndexHtml(url: string, html: string): Promise<string>;
  ssrFixStacktrace(error: Error): void;
  close(): Promise<void>;
}

export interface ViteOptions {
  readonly project: Project;
  readonly configFile: string;
  /** The server whose upgrades to WebSocket Vite may take for its own. */
  readonly http: HttpServer;
  readonly log: (level: LogLevel, message: string) => void;
}

/** The project's configuration of Vite, when it has a page that Vite serves. */
export async function findVite({ root, assets }: Project): Promise<string | undefined> {
  if (assets === undefined || !(await exists(join(root, "index.html")))) return undefined;
  for (const name of CONFIG_FILES) if (await exists(join(root, name))) return join(root, name);
  return undefined;
}

/**
 * The page as Vite serves it, with hot reloading. A request goes where it goes on Cloudflare: to the Worker when
 * `run_worker_first` says so, else to the page when that has an answer, else to the Worker.
 *
 * @throws PawlError when Vite is not installed or does not start
 */
export async function startVite(options: ViteOptions): Promise<VitePage> {
  const { project, configFile } = options;
  const vite = await importVite(project.root);
  try {
    const loaded = await vite.loadConfigFromFile({ command: "serve", mode: "development" }, configFile, project.root);
    const server = await vite.createServer(await serverConfig(loaded?.config ?? {}, options));
    return new VitePage(server, project, [configFile, ...(loaded?.dependencies ?? [])]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PawlError("vite_failed", `Vite does not start with ${shortPath(configFile)}: ${reason}`, {
      cause: error,
    });
  }
}

async function importVite(root: string): Promise<Vite> {
  let entry: string;
  try {
    entry = createRequire(join(root, "package.json")).resolve("vite");
  } catch (cause) {
    throw new PawlError(
      "vite_missing",
      `${shortPath(root)} has a vite.config, and Vite is not installed there. Install it (npm install -D vite), or have the page built by its build command (--build-page).`,
      { cause },
    );
  }
  return (await import(pathToFileURL(entry).href)) as Vite;
}

async function serverConfig(own: Config, { project, http, log }: ViteOptions): Promise<Config> {
  const server = isRecord(own["server"]) ? own["server"] : {};
  const { proxy: _, ...rest } = server;
  const fs = isRecord(server["fs"]) ? server["fs"] : {};
  const deny = Array.isArray(fs["deny"]) ? fs["deny"] : [];
  return {
    ...own,
    root: own["root"] ?? project.root,
    configFile: false,
    // The answer for what Vite has not got is the Worker's.
    appType: "custom",
    clearScreen: false,
    customLogger: loggerFor(log),
    plugins: await withoutCloudflare(own["plugins"]),
    server: {
      ...rest,
      middlewareMode: true,
      hmr: server["hmr"] === false ? false : { ...(isRecord(server["hmr"]) ? server["hmr"] : {}), server: http },
      fs: { ...fs, deny: [...NEVER_SERVED, ...deny] },
    },
  };
}

/** Cloudflare's plugin would start a runtime of its own beside ours. */
async function withoutCloudflare(plugins: unknown): Promise<unknown[]> {
  const resolved: unknown = await plugins;
  if (Array.isArray(resolved)) return (await Promise.all(resolved.map(withoutCloudflare))).flat();
  if (!isRecord(resolved)) return [];
  const { name } = resolved;
  return typeof name === "string" && name.includes("cloudflare") ? [] : [resolved];
}

export class VitePage implements Page {
  readonly description = "Vite, with hot reloading";
  /** Files whose change means that Vite has to be started again. */
  readonly sources: readonly string[];
  readonly #server: ViteServer;
  #project: Project;

  constructor(server: ViteServer, project: Project, sources: readonly string[]) {
    this.#server = server;
    this.#project = project;
    this.sources = sources;
  }

  /** The configuration may say otherwise now what is for whom. */
  follow(project: Project): void {
    this.#project = project;
  }

  async handle(request: IncomingMessage, response: ServerResponse, target: Target): Promise<void> {
    const path = pathOf(request);
    const rule = this.#project.assets?.runWorkerFirst ?? false;
    if (isWorkerFirst(rule, path) && !isVitesOwn(path)) {
      const answer = await ask(target, request, response);
      // Asked first for everything, it hands on to its assets what it has no answer for; here Vite has those.
      const isHandedOn = rule === true && answer.statusCode === 404 && isReading(request);
      if (!isHandedOn) return passBack(answer, response);
      answer.resume();
      await this.#serve(request, response, async () => {
        response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
      });
      return;
    }
    await this.#serve(request, response, async () => passBack(await ask(target, request, response), response));
  }

  async #serve(request: IncomingMessage, response: ServerResponse, otherwise: () => Promise<void>): Promise<void> {
    // Middlewares change the URL; the Worker gets what the client has sent.
    const { url = "/" } = request;
    await new Promise<void>((resolve, reject) => {
      response.once("close", resolve);
      this.#server.middlewares(request, response, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error instanceof Error ? error : new Error("Vite cannot serve this.", { cause: error }));
      });
    });
    if (response.headersSent || response.destroyed) return;
    request.url = url;
    const file = isReading(request) ? await this.#pageFile(request) : undefined;
    if (file === undefined) return otherwise();
    const html = await this.#server.transformIndexHtml(url, await readFile(file, "utf8"));
    response.writeHead(200, { "content-type": "text/html", "cache-control": "no-cache" });
    response.end(request.method === "HEAD" ? undefined : html);
  }

  /** The page for a path: one of that name, or the only one there is. */
  async #pageFile(request: IncomingMessage): Promise<string | undefined> {
    const { root } = this.#server.config;
    const path = decodePath(pathOf(request));
    if (path !== undefined) {
      const candidates = path.endsWith("/") ? [`${path}index.html`] : [path, `${path}.html`, `${path}/index.html`];
      for (const name of candidates) {
        if (name.endsWith(".html") && (await exists(join(root, name)))) return join(root, name);
      }
    }
    const isSinglePage = this.#project.assets?.notFoundHandling === "single-page-application";
    return isSinglePage && isNavigation(request) ? join(root, "index.html") : undefined;
  }

  ownsUpgrade({ headers }: IncomingMessage): boolean {
    const protocol = headers["sec-websocket-protocol"];
    return protocol === "vite-hmr" || protocol === "vite-ping";
  }

  reload(): void {
    this.#server.ws.send({ type: "full-reload", path: "*" });
  }

  showError(message: string): void {
    this.#server.ws.send({ type: "error", err: { message, stack: "", plugin: "pawl" } });
  }

  async close(): Promise<void> {
    await this.#server.close();
  }
}

/** Paths by which Vite serves what is no file of the page's. */
function isVitesOwn(path: string): boolean {
  return /^\/(?:@(?:vite|id|fs|react-refresh)(?:\/|$)|node_modules\/)/.test(path);
}

function isReading({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** Undefined for one that leads outside, or is none. */
function decodePath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    return /(?:^|\/)\.\.(?:\/|$)|\0/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}

function loggerFor(log: ViteOptions["log"]) {
  const warned = new Set<string>();
  const plain = (message: string) => stripVTControlCharacters(message).trim();
  const say = (level: LogLevel) => (message: string) => log(level, plain(message));
  return {
    hasWarned: false,
    info: say("info"),
    warn: say("warn"),
    warnOnce: (message: string) => {
      if (warned.has(message)) return;
      warned.add(message);
      say("warn")(message);
    },
    error: say("error"),
    clearScreen: () => undefined,
    hasErrorLogged: () => false,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
