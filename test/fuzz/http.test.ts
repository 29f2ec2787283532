import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { draws, FUZZ_TIMEOUT_MS } from "./budget.ts";
import { FuzzApp, refuseLeaks, refuseStacks } from "./fuzz-app.ts";
import { sendRaw } from "./raw.ts";

let app: FuzzApp;
let appPort: number;
let door: { port: number; token: string };
beforeAll(async () => {
  app = await FuzzApp.start();
  appPort = Number(new URL(app.server.url).port);
  door = (JSON.parse(await readFile(join(app.server.dataDir, "lock"), "utf8")) as { door: typeof door }).door;
});
afterAll(() => app.stop());

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString("latin1"));
/** Parts of paths that a parser lets through, and somebody further in may stumble over. */
const part = fc.constantFrom(
  "..",
  "..%2f",
  "%2e%2e",
  "..%5c",
  "....",
  "%00",
  "%c0%ae%c0%ae",
  "%252e%252e%252f",
  "",
  "example.com",
  ";",
  "?x=..%2f",
  "@",
  "%20",
  "%F0%9F%90%BE",
  "outside.txt",
  "index.html",
  "index",
  "style.css",
  "agents",
  "desk",
  "runs",
  "public",
  "plain",
  "a".repeat(300),
  "a".repeat(9000),
);
const odd = fc.oneof(part, fc.constantFrom("\0", "%", "%zz", "\\", "#", " ", "\t", "é", "\u00ff"));
const cleanPath = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join("/")}`);
const path = fc.oneof(
  { weight: 8, arbitrary: cleanPath },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "*",
      "http://127.0.0.1/",
      "http://[::1",
      "https://example.com/x",
      "//example.com/x",
      "/call",
      "/echo",
      "/agents/desk/x",
      "/agents/desk/x/y",
      "/agents/nobody/x",
      "/agents/desk/%00",
      "/agents/desk/..%2f..%2f",
      `/agents/desk/${"x".repeat(2000)}`,
    ),
  },
  { weight: 1, arbitrary: fc.array(odd, { maxLength: 6 }).map((parts) => `/${parts.join("/")}`) },
  { weight: 1, arbitrary: bytes },
);
const method = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.constantFrom("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH", "PURGE"),
  },
  { weight: 1, arbitrary: fc.oneof(bytes, fc.constantFrom("", "get", "G".repeat(5000), "GET\0", "PRI")) },
);
const version = fc.oneof(
  { weight: 30, arbitrary: fc.constant("HTTP/1.1") },
  { weight: 1, arbitrary: fc.constantFrom("HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.1.1", "", "FTP/1") },
);
const header = fc.tuple(
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constantFrom(
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Upgrade",
        "Expect",
        "Authorization",
        "Cookie",
        "Range",
        "If-None-Match",
        "Content-Type",
        "Accept-Encoding",
        "X-Forwarded-For",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Version",
        "Sec-WebSocket-Extensions",
        "CF-Connecting-IP",
        "CF-Worker",
      ),
    },
    { weight: 1, arbitrary: bytes },
  ),
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constantFrom(
        "",
        "0",
        "-1",
        "5",
        "99999999999999999999",
        "1e3",
        "chunked",
        "chunked, chunked",
        "gzip",
        "close",
        "keep-alive",
        "upgrade",
        "websocket",
        "100-continue",
        "example.com",
        "localhost:99999",
        "[::1",
        "bytes=0-",
        "bytes=9999999-",
        "bytes=-1",
        '"',
        "W/",
        "Bearer ",
        "Bearer x",
        "Basic eDp4",
        "dGhlIHNhbXBsZSBub25jZQ==",
        "13",
        "permessage-deflate; server_max_window_bits=99",
        "a".repeat(20_000),
        "application/json",
      ),
    },
    { weight: 1, arbitrary: bytes },
  ),
);

const body = fc.oneof(
  fc.constant(""),
  bytes,
  fc.constantFrom(
    "5\r\nhello\r\n0\r\n\r\n",
    "ffffffffffffffff\r\n",
    "-1\r\n\r\n",
    "{",
    "[]",
    "null",
    '{"binding":"PLAIN"}',
    '{"binding":"__proto__","method":"constructor","args":[]}',
    "x".repeat(100_000),
  ),
);

interface Request {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Requests that are right for the most part: what is wrong from the first byte on, gets no further than that. */
const request: Arbitrary<Request> = fc
  .record({
    method,
    path,
    version,
    host: fc.oneof(
      { weight: 8, arbitrary: fc.constant(["Host: 127.0.0.1"]) },
      { weight: 1, arbitrary: fc.constant<string[]>([]) },
    ),
    headers: fc.array(header, { maxLength: 5 }),
    length: fc.boolean(),
    body,
  })
  .map(({ method: verb, path: target, version: protocol, host, headers, length, body: content }) => ({
    line: `${verb} ${target} ${protocol}`,
    headers: [
      ...host,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      ...(length ? [`Content-Length: ${content.length}`] : []),
    ],
    body: content,
  }));

const bytesOf = ({ line, headers, body: content }: Request): Buffer =>
  Buffer.from(`${[line, ...headers].join("\r\n")}\r\n\r\n${content}`, "latin1");

/** Now and then not all of it, or with something else in between. */
const sent = fc
  .record({
    requests: fc.array(request, { minLength: 1, maxLength: 3 }),
    cut: fc.option(fc.nat(), { freq: 12 }),
    splice: fc.option(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 10 })), { freq: 10 }),
  })
  .map(({ requests, cut, splice }) => {
    let all = Buffer.concat(requests.map(bytesOf));
    if (splice !== null) {
      const at = splice[0] % all.length;
      all = Buffer.concat([all.subarray(0, at), splice[1], all.subarray(at)]);
    }
    return cut === null ? all : all.subarray(0, cut % all.length);
  });

const AT_ONCE = 10;

test(
  "whatever is sent to the application's address, no file outside of the assets and nothing of the server is answered",
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const property = fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: AT_ONCE }), async (all) => {
      const answers = await Promise.all(all.map((part) => sendRaw(appPort, [part])));
      for (const { text } of answers) refuseLeaks(text);
      await app.check();
    });
    await expect(
      fc.assert(property, { ...draws<[Buffer[]]>("http", 40, 0.5), endOnFailure: true }),
    ).resolves.toBeUndefined();
  },
);

test("without its token the door answers nothing but that it is shut", { timeout: FUZZ_TIMEOUT_MS }, async () => {
  const property = fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: AT_ONCE }), async (all) => {
    const answers = await Promise.all(all.map((part) => sendRaw(door.port, [part])));
    for (const { text, status } of answers) {
      refuseLeaks(text);
      if (![0, 100, 400, 401, 405, 413, 414, 417, 426, 431, 500, 501, 505].includes(status))
        throw new Error(`The door answered ${text}`);
    }
    await app.check();
  });
  await expect(
    fc.assert(property, { ...draws<[Buffer[]]>("door without token", 20, 0.25), endOnFailure: true }),
  ).resolves.toBeUndefined();
});

test(
  "with its token the door answers any request with a status and JSON that tells nothing of the server's inside",
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const segment = fc.oneof(
      odd,
      fc.constantFrom(
        "runs",
        "workflows",
        "shards",
        "plain",
        "steps",
        "attempts",
        "events",
        "history",
        "1",
        "-1",
        "99999999999999999999",
      ),
    );
    const query = fc.array(
      fc.tuple(
        fc.constantFrom(
          "limit",
          "cursor",
          "after",
          "before",
          "status",
          "workflow",
          "from",
          "to",
          "prefix",
          "text",
          "waitMs",
          "x",
        ),
        fc.oneof(
          fc.string(),
          fc.constantFrom("-1", "1e9", "NaN", "running", "null", "[]", "%00", "eyJhIjoxfQ==", "9".repeat(40)),
        ),
      ),
      { maxLength: 4 },
    );
    const target = fc
      .tuple(
        fc.constantFrom("/runs", "/runs/plain", "/workflows", "/shards", "/health", "/"),
        fc.array(segment, { maxLength: 3 }),
        query,
      )
      .map(([start, rest, parameters]) => {
        // waitMs is a wish to wait.
        const short = parameters.map(([name, value]) => [
          name,
          name === "waitMs" && Number(value) > 100 ? "10" : value,
        ]);
        const joined = [start, ...rest].join("/").replaceAll(/[\0-\x20#?]/g, "-");
        return `${joined}?${new URLSearchParams(short).toString()}`;
      });
    const property = fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("GET", "GET", "GET", "POST", "PUT", "DELETE"), target), {
        minLength: 1,
        maxLength: AT_ONCE,
      }),
      async (all) => {
        const answers = await Promise.all(
          all.map(([verb, url]) =>
            sendRaw(
              door.port,
              [
                `${verb} ${url} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${door.token}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
              ],
              2000,
            ),
          ),
        );
        for (const [index, { text, status }] of answers.entries()) {
          refuseStacks(text);
          if (status < 200 || status >= 500) throw new Error(`${all[index]?.join(" ")}: ${text}`);
        }
        await app.check();
      },
    );
    await expect(
      fc.assert(property, { ...draws<[[string, string][]]>("door", 30, 0.25), endOnFailure: true }),
    ).resolves.toBeUndefined();
  },
);
