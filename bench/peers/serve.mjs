// What the programs here have in common: they answer operations (see ../operations.ts), say when they are ready, and
// end with whoever started them.
import { createServer } from "node:http";

/**
 * Serves operations on a free port and says so in one line of JSON on the standard output.
 *
 * @param {Record<string, (asked: any) => Promise<unknown>>} operations
 * @param {{ durability: string, pids: number[], stop: () => Promise<void> }} peer `pids`: the roots of the processes
 *   that keep the runs; `durability`: what is on disk when a step counts as done, by the peer's own defaults
 */
export async function serve(operations, { durability, pids, stop }) {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk) => (body += chunk));
    request.once("end", () => {
      answer(request.url ?? "", body).then(
        (text) => response.writeHead(200, { "content-type": "application/json" }).end(text),
        (error) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
      );
    });
  });
  const answer = async (/** @type {string} */ url, /** @type {string} */ body) => {
    const operation = operations[url.slice(1)];
    if (operation === undefined) throw new Error(`There is no operation ${url}.`);
    return JSON.stringify(await operation(JSON.parse(body)));
  };
  // Works take minutes.
  server.requestTimeout = 0;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGTERM", end);
  process.stdin.resume().once("end", end);
  process.stdout.write(`${JSON.stringify({ event: "ready", url: `http://127.0.0.1:${port}`, durability, pids })}\n`);
}

/** Calls a URL, as steps do. */
export async function visit(/** @type {string} */ url) {
  const response = await fetch(url, { method: "POST" });
  await response.arrayBuffer();
  return response.status;
}

/** I/O of so many milliseconds; none at all for 0. */
export async function io(/** @type {number} */ ms) {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Does `runs` things, so many at a time. */
export async function inParallel(
  /** @type {number} */ atOnce,
  /** @type {number} */ runs,
  /** @type {(run: number) => Promise<unknown>} */ work,
) {
  let next = 0;
  const worker = async () => {
    while (next < runs) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, runs) }, worker));
}
