import { request } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface DoorAnswer {
  status: number;
  body: unknown;
}

/** Reads through the door of a running server, as console and CLI do. */
export class Door {
  readonly #dataDir: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** The value of a successful answer. @throws with the answer's text */
  async read<T>(path: string): Promise<T> {
    const { status, body } = await this.get(path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body as T;
  }

  /** Every item of a listing, page by page; `look` is called after each page. */
  async readAll<T>(
    path: string,
    items: string,
    {
      cursor = "after",
      look,
    }: { cursor?: string; look?: (page: Record<string, unknown>) => Promise<void> | void } = {},
  ): Promise<T[]> {
    const all: T[] = [];
    let next: string | number | null = null;
    do {
      const separator = path.includes("?") ? "&" : "?";
      const page: Record<string, unknown> = await this.read(
        next === null ? path : `${path}${separator}${cursor}=${encodeURIComponent(next)}`,
      );
      all.push(...(page[items] as T[]));
      await look?.(page);
      next = page["next"] as typeof next;
    } while (next !== null);
    return all;
  }

  async get(path: string): Promise<DoorAnswer> {
    const lock = JSON.parse(await readFile(join(this.#dataDir, "lock"), "utf8")) as {
      door: { port: number; token: string };
    };
    const { status, text } = await send(lock.door, path);
    return { status, body: JSON.parse(text) as unknown };
  }
}

/** Not `fetch`, which would tidy the path up. */
function send(
  { port, token }: { port: number; token: string },
  path: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const outgoing = request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
