import type { IncomingMessage, ServerResponse } from "node:http";
import type { Target } from "./forward.ts";

/** Who answers what is not for the Worker alone, and tells browsers when there is something new. */
export interface Page {
  /** For the start-up text; undefined where there is nothing to say. */
  readonly description: string | undefined;
  /** Answers a request; `target` is the way to the Worker. Rejects when it cannot. */
  handle(request: IncomingMessage, response: ServerResponse, target: Target): Promise<void>;
  /** Whether a request for an upgrade is the page's own and must not reach the Worker. */
  ownsUpgrade(request: IncomingMessage): boolean;
  /** Browsers load the page again. */
  reload(): void;
  /** Browsers may show why what they have is not what was written last. */
  showError(message: string): void;
  close(): Promise<void>;
}

export function pathOf({ url = "/" }: IncomingMessage): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

/** Whether a browser wants to show the answer as a page. */
export function isNavigation({ method, headers }: IncomingMessage): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  const mode = headers["sec-fetch-mode"];
  if (mode !== undefined) return mode === "navigate";
  return headers.accept?.includes("text/html") === true;
}
