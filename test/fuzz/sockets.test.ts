import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { draws, FUZZ_TIMEOUT_MS } from "./budget.ts";
import { FuzzApp, refuseLeaks } from "./fuzz-app.ts";
import { openAndDrop, sendRaw } from "./raw.ts";

/** How many connections are opened and dropped. */
const DROPPED = 1000;

let app: FuzzApp;
let port: number;
beforeAll(async () => {
  app = await FuzzApp.start();
  port = Number(new URL(app.server.url).port);
});
afterAll(() => app.stop());

function handshake(agent: string): string {
  return [
    `GET /agents/desk/${agent} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ].join("\r\n");
}

interface Frame {
  readonly first: number;
  readonly isMasked: boolean;
  readonly payload: Uint8Array;
  /** What the length says, when that is not true. */
  readonly lie: number | bigint | null;
}

/** RFC 6455, section 5.2. */
function bytesOf({ first, isMasked, payload, lie }: Frame): Buffer {
  const length = lie ?? payload.length;
  const head: number[] = [first];
  const mask = isMasked ? 0x80 : 0;
  const size = Buffer.alloc(8);
  if (typeof length === "bigint" || length > 65_535) {
    size.writeBigUInt64BE(BigInt(length));
    head.push(mask | 127, ...size);
  } else if (length > 125) head.push(mask | 126, length >> 8, length & 255);
  else head.push(mask | length);
  const key = [1, 2, 3, 4];
  const body = isMasked ? payload.map((byte, index) => byte ^ (key[index % 4] ?? 0)) : payload;
  return Buffer.concat([Buffer.from(head), Buffer.from(isMasked ? key : []), body]);
}

const text = (given: string): Uint8Array => new TextEncoder().encode(given);

/** Values that fields of messages are given. */
const field: Arbitrary<unknown> = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.constantFrom<unknown>(
    null,
    true,
    [],
    {},
    "__proto__",
    "constructor",
    "a".repeat(5000),
    -1,
    1e308,
    "../x",
    "\ud800",
  ),
  fc.jsonValue({ maxDepth: 3 }) as Arbitrary<unknown>,
);

/** Of the SDK, and of the agent and its clients. */
const TYPES = [
  "rpc",
  "cf_agent_state",
  "cf_agent_identity",
  "cf_agent_mcp_servers",
  "start",
  "status",
  "pause",
  "resume",
  "cancel",
  "restart",
  "approve",
  "reject",
  "sendEvent",
  "delete",
  "run",
  "runs",
  "results",
  "sync",
];

/** Messages as the SDK, the agent and its clients send them, with fields that are something else. */
const message: Arbitrary<string> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record(
        {
          type: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...TYPES) }, { weight: 1, arbitrary: field }),
          id: field,
          method: fc.oneof(
            fc.constantFrom(
              "double",
              "setState",
              "constructor",
              "__proto__",
              "sql",
              "destroy",
              "fetch",
              "toString",
              "alarm",
              "schedule",
            ),
            field,
          ),
          args: fc.oneof(fc.array(field, { maxLength: 3 }), field),
          state: field,
          requestId: field,
          params: field,
          instanceId: fc.oneof(
            { weight: 3, arbitrary: fc.constantFrom("r1", "r2", "waits-r3") },
            { weight: 1, arbitrary: field },
          ),
          taskId: field,
          reason: field,
          metadata: field,
          from: field,
          workflow: fc.oneof(fc.constantFrom("PLAIN", "HOSTILE", "NOBODY"), field),
          event: field,
          payload: field,
          limit: field,
          after: field,
          before: field,
          success: field,
          done: field,
        },
        { requiredKeys: ["type"] },
      )
      .map((fields) => JSON.stringify(fields)),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "{",
      "null",
      "[]",
      "{}",
      '{"type":"rpc"}',
      '{"type":"cf_agent_state"}',
      `{"type":"rpc","id":"1","method":"double","args":${"[".repeat(5000)}${"]".repeat(5000)}}`,
      "x".repeat(300_000),
    ),
  },
);

const frame: Arbitrary<Frame> = fc.record({
  // FIN, three reserved bits and the opcode.
  first: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(0x81, 0x82, 0x01, 0x80, 0x00, 0x88, 0x89, 0x8a) },
    { weight: 1, arbitrary: fc.nat(255) },
  ),
  isMasked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  payload: fc.oneof(
    message.map(text),
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(
      new Uint8Array(70_000),
      Uint8Array.from([0xc3, 0x28]),
      Uint8Array.from([3, 0xe8]),
      Uint8Array.from([0, 0]),
    ),
  ),
  lie: fc.option(fc.constantFrom<number | bigint>(0, 1, 125, 65_535, 2 ** 31, 2n ** 63n, 2n ** 64n - 1n), { freq: 12 }),
});

/** Whoever asks on a connection of their own is answered as ever. */
async function isServed(): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/agents/desk/canary`);
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("The agent did not answer")), 30_000);
    socket.on("open", () => socket.send(JSON.stringify({ type: "rpc", id: "canary", method: "double", args: [21] })));
    socket.on("message", (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as { id?: string; result?: unknown };
      if (answer.id !== "canary") return;
      clearTimeout(late);
      if (answer.result === 42) resolve();
      else reject(new Error(`The agent answered ${data.toString()}`));
    });
    socket.on("error", reject);
  });
  socket.terminate();
}

test("whatever frames come over a WebSocket, others are served as before", { timeout: FUZZ_TIMEOUT_MS }, async () => {
  const frames = fc.array(frame, { minLength: 1, maxLength: 6 });
  const property = fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 10 }), async (connections) => {
    const answers = await Promise.all(
      connections.map((all, index) => sendRaw(port, [handshake(`raw-${index}`), ...all.map(bytesOf)])),
    );
    for (const { text: answer } of answers) refuseLeaks(answer);
    await isServed();
    await app.check();
  });
  const parameters = { ...draws<[Frame[][]]>("frames", 15, 0.4), endOnFailure: true };
  await expect(fc.assert(property, parameters)).resolves.toBeUndefined();
});

test(
  "whatever messages an agent is sent, it answers, and its own client finds it as before",
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const property = fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 30 }), async (messages) => {
      const answers: string[] = [];
      const socket = new WebSocket(`ws://127.0.0.1:${port}/agents/desk/talk`);
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error("The agent did not answer any more")), 30_000);
        const finish = () => {
          clearTimeout(late);
          resolve();
        };
        // Too large a message ends the connection, which is an answer.
        socket.on("close", finish);
        socket.on("error", reject);
        socket.on("open", () => {
          for (const each of messages) socket.send(each);
          socket.send(JSON.stringify({ type: "rpc", id: "the last one", method: "double", args: [1] }));
        });
        socket.on("message", (data: Buffer) => {
          answers.push(data.toString());
          if (data.includes('"the last one"')) finish();
        });
      });
      socket.terminate();
      for (const answer of answers) refuseLeaks(answer);
      await isServed();
      await app.check();
    });
    const parameters = { ...draws<[string[]]>("messages", 40, 0.4), endOnFailure: true };
    await expect(fc.assert(property, parameters)).resolves.toBeUndefined();
  },
);

test(
  "connections that are opened and dropped leave nothing behind that others would notice",
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    await openAndDrop(port, DROPPED, handshake("dropped"));
    await isServed();
    await expect(app.check()).resolves.toBeUndefined();
  },
);
