import { request } from "node:http";
import { decodeWire, encodeWire } from "../door/wire.ts";

/** Speaks to the door of a running workerd. One request a connection: the process behind it may be another each time. */
export interface DoorClient {
  /** Answers when workerd's event loop turns. Rejects when it does not within the time, or nothing listens. */
  health(timeoutMs: number): Promise<void>;
  /** What `GET /health` says from now on, beside that the event loop turns. */
  setHealth(health: object): Promise<void>;
  /** Starts every engine shard. Resolves to the shards that failed and why. */
  wake(timeoutMs: number): Promise<readonly ShardFailure[]>;
  /** Passes a call of a test to the engine and resolves to its answer. In a server that was started for testing only. */
  test(call: unknown, timeoutMs: number): Promise<unknown>;
}

export interface ShardFailure {
  readonly shard: number;
  readonly message: string;
}

const SET_TIMEOUT_MS = 5000;

export function doorClient(port: number, token: string): DoorClient {
  const call = (method: string, path: string, timeoutMs: number, text = "") =>
    send({ port, token, method, path, timeoutMs, text });
  return {
    async health(timeoutMs) {
      const { status } = await call("GET", "/health", timeoutMs);
      if (status !== 200) throw new Error(`The door answered ${status}.`);
    },
    async setHealth(health) {
      const { status } = await call("PUT", "/health", SET_TIMEOUT_MS, JSON.stringify(health));
      if (status !== 204) throw new Error(`The door answered ${status}.`);
    },
    async wake(timeoutMs) {
      const { status, body } = await call("POST", "/wake", timeoutMs);
      const failed = readFailures(body);
      if (status !== 200 && failed.length === 0) throw new Error(`The door answered ${status}: ${body.slice(0, 500)}`);
      return failed;
    },
    async test(testCall, timeoutMs) {
      const { status, body } = await call("POST", "/test", timeoutMs, encodeWire(testCall));
      if (status !== 200) throw new Error(`The door answered ${status}: ${body.slice(0, 500)}`);
      return decodeWire(body);
    },
  };
}

interface DoorRequest {
  readonly port: number;
  readonly token: string;
  readonly method: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly text: string;
}

function send(options: DoorRequest): Promise<{ status: number; body: string }> {
  const { port, token, method, path, timeoutMs, text } = options;
  const content = Buffer.from(text);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        agent: false,
        headers: { authorization: `Bearer ${token}`, "content-length": content.byteLength },
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => (body += text));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        response.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(content);
  });
}

function readFailures(body: string): ShardFailure[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return [];
  }
  if (typeof value !== "object" || value === null || !("failed" in value) || !Array.isArray(value.failed)) return [];
  return value.failed.filter(isFailure);
}

function isFailure(value: unknown): value is ShardFailure {
  return typeof value === "object" && value !== null && "shard" in value && "message" in value;
}
