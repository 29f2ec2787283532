import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type RunningServer, startCli, tempProject } from "../support/server.ts";

const WORKER = `
import { Agent, type Connection, routeAgentRequest } from "agents";

interface State { readonly count: number }

export class Counter extends Agent<Cloudflare.Env, State> {
  override initialState: State = { count: 0 };
  /** Another one each time the object is brought into memory. */
  readonly life = crypto.randomUUID();

  override onMessage(connection: Connection, message: string): void {
    if (message === "fail") throw new Error("failed in a message");
    if (message === "add") this.setState({ count: this.state.count + 1 });
    connection.send(JSON.stringify({ type: "answer", life: this.life, count: this.state.count }));
  }
}

export default {
  async fetch(request: Request, env: Cloudflare.Env): Promise<Response> {
    return (await routeAgentRequest(request, env)) ?? new Response("not found", { status: 404 });
  },
};
`;

interface Answer {
  readonly life: string;
  readonly count: number;
}

/** workerd takes an object that has been idle for this long out of memory. */
const EVICTION_MS = 10_000;

let server: RunningServer;
let socket: WebSocket;
beforeAll(async () => {
  const project = await tempProject({
    "src/index.ts": WORKER,
    "wrangler.jsonc": JSON.stringify({
      name: "sockets",
      main: "src/index.ts",
      compatibility_date: "2026-06-11",
      compatibility_flags: ["nodejs_compat"],
      durable_objects: { bindings: [{ name: "Counter", class_name: "Counter" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
    }),
  });
  server = await startCli(project);
  socket = new WebSocket(`${server.url.replace("http", "ws")}/agents/counter/one`);
  await new Promise((resolve, reject) => {
    socket.once("open", resolve).once("error", reject);
  });
});
afterAll(async () => {
  socket.close();
  await server.stop();
});

function ask(message: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const listen = (data: Buffer) => {
      const answer = JSON.parse(data.toString("utf8")) as Answer & { type: string };
      if (answer.type !== "answer") return;
      socket.off("message", listen);
      resolve(answer);
    };
    socket.on("message", listen).once("close", () => reject(new Error("The socket was closed.")));
    socket.send(message);
  });
}

test("a socket outlives its agent's stay in memory, and so does the state", async () => {
  const before = await ask("add");
  expect(before.count).toBe(1);
  let after = before;
  for (let attempt = 0; attempt < 3 && after.life === before.life; attempt++) {
    await delay(EVICTION_MS + 1500);
    after = await ask("look");
  }
  expect(after.life).not.toBe(before.life);
  expect(after.count).toBe(1);
  expect((await ask("add")).count).toBe(2);
});

test("messages are not compressed", () => {
  expect(socket.extensions).toBe("");
});

test("an error that the SDK has logged is not reported again, and the server stops in time with the socket open", async () => {
  socket.send("fail");
  const line = await server.logged(
    ({ level, message }) => level === "error" && message.includes("failed in a message"),
  );
  expect(line.message).toContain("src/index.ts:");
  expect(line.frame).toContain('throw new Error("failed in a message")');
  expect(await server.stop()).toBe(0);
  expect(server.log().filter(({ message }) => message.startsWith("Uncaught"))).toEqual([]);
});
