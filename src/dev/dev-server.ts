import { join, relative, resolve } from "node:path";
import { ConfigNotFoundError, PawlError, type Project, readProject, secretFiles } from "../compiler/index.ts";
import {
  DataDirectoryBusyError,
  DataDirectoryMismatchError,
  DataDirectoryUnusableError,
  ListenError,
  type LogLevel,
  type Server,
  serverUrl,
  type StartOptions,
  startServer,
  UnsupportedPlatformError,
} from "../host/index.ts";
import { Front } from "./front.ts";
import { LivePage } from "./live-page.ts";
import type { Page } from "./page.ts";
import { findVite, startVite, VitePage } from "./vite.ts";
import { FileWatcher, isBelow, look, type Snapshot, type WatchSet } from "./watch-files.ts";

/** How long workerd may take to stop before it is replaced. */
const STOP_GRACE_MS = 250;

export interface DevOptions extends Omit<StartOptions, "publicUrl" | "page" | "testing"> {
  /** The page is built by the project's build command, also where Vite could serve it. Default `false`. */
  readonly buildPage?: boolean;
  /** Told what happens, in order. */
  readonly onEvent: (event: DevEvent) => void;
}

export type DevEvent =
  /** For the first time. */
  | { readonly type: "ready"; readonly server: Server; readonly url: string; readonly page: string | undefined }
  /** Another build is being served. */
  | { readonly type: "reloaded"; readonly changed: readonly string[]; readonly tookMs: number }
  /** Browsers were told to load the page again; the Worker is as it was. */
  | { readonly type: "page"; readonly changed: readonly string[] }
  /** What is there cannot be served; `isServing`: the former build is, as before. */
  | { readonly type: "failed"; readonly error: unknown; readonly isServing: boolean; readonly url: string };

export interface DevServer {
  readonly url: string;
  close(): Promise<void>;
  /** Ends workerd at once; `close` is still to be called. */
  killNow(): void;
}

/**
 * Serves a project as it is being worked on: rebuilds and exchanges the running Worker when its sources, its
 * configuration or its secrets change, and has browsers load the page again. What is stored stays.
 *
 * Resolves when the project is served, or when it is known why it cannot be: then a change is waited for.
 *
 * @throws PawlError for what no change of a file mends: the address, the data directory, the platform, no project.
 */
export async function startDevServer(options: DevOptions): Promise<DevServer> {
  // The Worker is bundled, and the page served, for the same.
  process.env["NODE_ENV"] ??= "development";
  const session = new Session(options);
  try {
    await session.start();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

class Session implements DevServer {
  url = "";
  readonly #options: DevOptions;
  readonly #front: Front;
  readonly #watcher: FileWatcher;
  readonly #changed = new Set<string>();
  #watched: WatchSet = { files: [] };
  #project: Project | undefined;
  #server: Server | undefined;
  #pageSource: "built" | "elsewhere" = "built";
  #vite: VitePage | undefined;
  #work: Promise<void> = Promise.resolve();
  #isClosing = false;
  #closed: Promise<void> | undefined;

  constructor(options: DevOptions) {
    this.#options = options;
    this.#front = new Front((message) => this.#log("error", message));
    this.#watcher = new FileWatcher((paths) => this.#note(paths));
  }

  async start(): Promise<void> {
    const { host = "127.0.0.1", port = 8787, signal } = this.#options;
    this.url = serverUrl({ host, port: await this.#front.listen(host, port) });
    await this.#renew([]);
    signal?.throwIfAborted();
  }

  killNow(): void {
    this.#server?.killNow();
  }

  close(): Promise<void> {
    this.#isClosing = true;
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#watcher.close();
    this.#front.worker.is({ problem: "The server is being stopped." });
    // What is under way comes to its end first, so that nothing of it is left over.
    await this.#work;
    await this.#server?.close();
    await this.#front.close();
  }

  #note(paths: readonly string[]): void {
    for (const path of paths) this.#changed.add(path);
    this.#work = this.#work.then(async () => {
      const changed = [...this.#changed];
      this.#changed.clear();
      if (changed.length === 0 || this.#isClosing) return;
      try {
        await this.#follow(changed);
      } catch (error) {
        this.#options.onEvent({ type: "failed", error, isServing: this.#server !== undefined, url: this.url });
      }
    });
  }

  async #follow(changed: readonly string[]): Promise<void> {
    const assets = this.#vite === undefined ? this.#project?.assets?.directory : undefined;
    const isPageOnly = this.#server !== undefined && changed.every((path) => isPlainAsset(assets, path));
    if (!isPageOnly) return this.#renew(changed);
    this.#front.page.reload();
    this.#options.onEvent({ type: "page", changed });
  }

  /** Builds and serves what is there now, or says why that cannot be, and watches for what would change it. */
  async #renew(changed: readonly string[]): Promise<void> {
    const { onEvent } = this.#options;
    const startedAt = performance.now();
    // All sources, since something that is not there yet may turn out to be what is missing.
    const before = await look({ ...this.#watched, sources: [this.#root], except: this.#exceptions });
    await this.#watcher.follow({ files: [] });
    let problem: { error: unknown } | undefined;
    try {
      await this.#serve(changed);
    } catch (error) {
      if (this.#server === undefined && isForGood(error)) throw error;
      problem = { error };
    }
    if (this.#isClosing) return;
    if (problem === undefined) {
      if (changed.length > 0) onEvent({ type: "reloaded", changed, tookMs: performance.now() - startedAt });
      this.#front.page.reload();
    } else this.#fail(problem.error);
    await this.#watch(before, problem !== undefined);
  }

  async #serve(changed: readonly string[]): Promise<void> {
    const { project: path, environment, onEvent, signal } = this.#options;
    this.#options.onProgress?.("reading");
    const project = await readProject(path, environment === undefined ? {} : { environment });
    this.#project = project;
    await this.#choosePage(project, changed);
    signal?.throwIfAborted();
    if (this.#server !== undefined) {
      await this.#server.reload();
      return;
    }
    this.#server = await startServer({
      ...this.#options,
      host: "127.0.0.1",
      port: 0,
      publicUrl: this.url,
      page: this.#pageSource,
      // A client comes back by itself; whoever has just saved a file is waiting.
      limits: { stopGraceMs: STOP_GRACE_MS, ...this.#options.limits },
    });
    this.#front.worker.is({ port: this.#server.port });
    onEvent({ type: "ready", server: this.#server, url: this.url, page: this.#front.page.description });
  }

  async #choosePage(project: Project, changed: readonly string[]): Promise<void> {
    const configFile = this.#options.buildPage === true ? undefined : await findVite(project);
    const source = configFile === undefined ? "built" : "elsewhere";
    if (source !== this.#pageSource) {
      // The Worker was built for the other kind of page.
      await this.#server?.close();
      this.#server = undefined;
      this.#pageSource = source;
    }
    const vite = this.#vite;
    const isFit = vite?.sources[0] === configFile && !changed.some((path) => vite?.sources.includes(path));
    if (!isFit) {
      await this.#show(new LivePage());
      this.#vite = undefined;
      if (configFile === undefined) return;
      const { http } = this.#front;
      const log = (level: LogLevel, message: string) => this.#log(level, message);
      this.#vite = await startVite({ project, configFile, http, log });
      await this.#show(this.#vite);
    }
    this.#vite?.follow(project);
  }

  async #show(page: Page): Promise<void> {
    const former = this.#front.page;
    this.#front.show(page);
    await former.close();
  }

  #fail(error: unknown): void {
    const isServing = this.#server !== undefined;
    const message = error instanceof Error ? error.message : String(error);
    if (isServing) this.#front.page.showError(message);
    else this.#front.worker.is({ problem: message });
    this.#options.onEvent({ type: "failed", error, isServing, url: this.url });
  }

  get #root(): string {
    return this.#project?.root ?? resolve(this.#options.project);
  }

  /** Where the server itself writes. */
  get #exceptions(): string[] {
    const { dataDirectory } = this.#options;
    return dataDirectory === undefined ? [] : [resolve(dataDirectory)];
  }

  async #watch(before: Snapshot, hasFailed: boolean): Promise<void> {
    const project = this.#project;
    const root = this.#root;
    const files = [
      ...(this.#server?.inputs ?? []),
      ...(this.#vite?.sources ?? []),
      ...(project?.sources ?? []),
      // Those that are not there yet, too.
      ...secretFiles(root, this.#options.environment),
      join(root, "tsconfig.json"),
    ];
    const isCommandRun = this.#vite === undefined && project?.build !== undefined;
    const folders: string[] = [];
    if (this.#vite === undefined && project?.assets !== undefined) folders.push(project.assets.directory);
    if (isCommandRun) folders.push(...(project.build?.watchDirs ?? [join(root, "src")]));
    // What would mend it may be anywhere.
    this.#watched = { files, folders, sources: hasFailed ? [root] : [], except: this.#exceptions };
    await this.#watcher.follow(this.#watched, (path) => {
      // What a build command has written is its own doing; everything else that changed meanwhile has changed.
      const isOwnDoing = isCommandRun && folders.some((folder) => isBelow(folder, path));
      return isOwnDoing ? undefined : before.markOf(path);
    });
  }

  #log(level: LogLevel, message: string): void {
    this.#options.log({ time: Date.now(), level, source: "pawl", message });
  }
}

/** What no change of a file mends. */
function isForGood(error: unknown): boolean {
  return (
    error instanceof ListenError ||
    error instanceof ConfigNotFoundError ||
    error instanceof DataDirectoryBusyError ||
    error instanceof DataDirectoryMismatchError ||
    error instanceof DataDirectoryUnusableError ||
    error instanceof UnsupportedPlatformError ||
    !(error instanceof PawlError) ||
    error.code === "vite_missing"
  );
}

/** A file that is served as it is, unlike those that say how others are served. */
function isPlainAsset(assets: string | undefined, path: string): boolean {
  if (assets === undefined || !isBelow(assets, path)) return false;
  return !["_headers", "_redirects", ".assetsignore"].includes(relative(assets, path));
}
