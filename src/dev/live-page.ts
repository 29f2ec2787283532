import type { IncomingMessage, ServerResponse } from "node:http";
import { ask, passBack, passedOn, type Target } from "./forward.ts";
import { isNavigation, type Page, pathOf } from "./page.ts";

const SCRIPT_PATH = "/__pawl/reload.js";
const EVENTS_PATH = "/__pawl/reload";
/** Some proxies and browsers end a connection on which nothing comes. */
const PING_MS = 20_000;

const SCRIPT = `const events = new EventSource("${EVENTS_PATH}");
events.addEventListener("reload", () => location.reload());
addEventListener("pagehide", () => events.close());
`;
const TAG = `\n<script type="module" src="${SCRIPT_PATH}"></script>\n`;

/** Everything comes from the Worker and its assets; pages get a script that loads them again when told to. */
export class LivePage implements Page {
  readonly description = undefined;
  readonly #listeners = new Set<ServerResponse>();
  readonly #ping = setInterval(() => this.#tell(": still here\n\n"), PING_MS);

  async handle(request: IncomingMessage, response: ServerResponse, target: Target): Promise<void> {
    const path = pathOf(request);
    if (path === EVENTS_PATH) return this.#listen(response);
    if (path === SCRIPT_PATH) {
      response.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" }).end(SCRIPT);
      return;
    }
    const answer = await ask(target, request, response);
    if (!isShownPage(request, answer)) return passBack(answer, response);
    // Its length is another one now.
    response.writeHead(answer.statusCode ?? 200, passedOn(answer.rawHeaders, "content-length"));
    answer.pipe(response, { end: false });
    answer.once("error", () => response.destroy());
    answer.once("end", () => response.end(TAG));
  }

  ownsUpgrade(): boolean {
    return false;
  }

  reload(): void {
    this.#tell("event: reload\ndata:\n\n");
  }

  showError(): void {
    // The terminal says it; the page goes on with the last good build.
  }

  async close(): Promise<void> {
    clearInterval(this.#ping);
    for (const listener of this.#listeners) listener.end();
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write("retry: 500\n\n");
    this.#listeners.add(response);
    response.once("close", () => this.#listeners.delete(response));
  }

  #tell(text: string): void {
    for (const listener of this.#listeners) listener.write(text);
  }
}

/** A page that a browser shows and we can read: one that is compressed is left alone. */
function isShownPage(request: IncomingMessage, { headers }: IncomingMessage): boolean {
  const isPage = headers["content-type"]?.startsWith("text/html") === true;
  return request.method === "GET" && isNavigation(request) && isPage && headers["content-encoding"] === undefined;
}

/** What a browser shows while there is no build to serve; it looks again by itself. */
export function problemPage(message: string): string {
  const escaped = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<!doctype html><meta charset="utf-8"><title>Not built</title><pre style="font:14px/1.5 monospace;padding:2em;white-space:pre-wrap">${escaped}</pre>${TAG}`;
}
