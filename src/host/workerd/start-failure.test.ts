import { expect, test } from "vitest";
import { ListenError, StartFailedError } from "../errors.ts";
import { startFailure } from "./start-failure.ts";

const mapper = {
  mapText: (text: string) => text.replaceAll("index.js:1:21", "src/app.ts:3:7"),
  codeFrame: () => "> 3 | here",
};
const listen = { host: "127.0.0.1", port: 80 };
const exit = { exit: { code: 1, signal: null } };

function failure(message: string, level = "error") {
  const place = "src/workerd/server/server/entry.rs:170";
  return startFailure(
    exit,
    [{ text: JSON.stringify({ timestamp: "1", level, source: place, message }), cut: false }],
    listen,
    mapper,
  );
}

test.each([
  ['Socket "app": bind(): Address already in use (os error 98)', "port_in_use", "Port 80 on 127.0.0.1 is in use"],
  ['Socket "app": bind(): Permission denied (os error 13)', "address_unavailable", "Choose a port above 1023"],
  [
    'Socket "app": bind(): Cannot assign requested address (os error 99)',
    "address_unavailable",
    "cannot listen on 127.0.0.1:80",
  ],
  [
    'Socket "app": getaddrinfo(): DNS lookup failed. host = no.such.host; service = (none); Name or service not known',
    "address_unavailable",
    "There is no address for the name",
  ],
])("%s is a %s error", (message, code, text) => {
  const error = failure(message);
  expect(error).toBeInstanceOf(ListenError);
  expect(error.code).toBe(code);
  expect(error.message).toContain(text);
});

test("an exception at the top level is shown with its place and the source around it", () => {
  const error = failure("service main: Uncaught Error: boom\n  at index.js:1:21 in f\n  at index.js:9:1");
  expect(error).toBeInstanceOf(StartFailedError);
  expect(error.message).toBe(
    "The Worker did not start (exit code 1).\n\nUncaught Error: boom\n    at f (src/app.ts:3:7)\n    at index.js:9:1\n\n> 3 | here",
  );
});

test("without an error of workerd's own, its last words are the message", () => {
  const error = startFailure(
    { exit: { code: null, signal: "SIGABRT" } },
    [{ text: "*** aborted", cut: false }],
    listen,
    mapper,
  );
  expect(error.message).toBe("The Worker did not start (signal SIGABRT).\n\n*** aborted");
});

test("a compatibility flag that workerd does not know is told with its place in the configuration", () => {
  const places = { nope: { file: "/app/wrangler.jsonc", line: 4, column: 30 } };
  const said = JSON.stringify({
    timestamp: "1",
    level: "error",
    source: "x",
    message: "No such compatibility flag: nope",
  });
  const error = startFailure(exit, [{ text: said, cut: false }], listen, mapper, places);
  expect(error.message).toContain(
    '/app/wrangler.jsonc:4:30\n  The installed workerd knows no compatibility flag "nope".',
  );
});

test("a start that takes too long says where to look", () => {
  expect(startFailure({ timedOutAfterMs: 60_000 }, [], listen, mapper).message).toContain("after 60 s");
});
