import { expect, test } from "vitest";
import { readRuntimeMessage } from "./runtime-message.ts";

const NATIVE = "\nstack: /x/workerd@3f68b70 /x/workerd@3f69955";

test.each([
  [
    "info",
    "uncaught exception; source = Uncaught (in promise); stack = TypeError: a\nb\n    at Obj.fetch (index.js:6:45)\n    at async x (index.js:7:1)",
    {
      kind: "thrown",
      error: {
        header: "TypeError: a\nb",
        frames: ["    at Obj.fetch (index.js:6:45)", "    at async x (index.js:7:1)"],
      },
    },
  ],
  [
    "info",
    "uncaught exception; source = Uncaught (in promise); exception = a string",
    { kind: "thrown", error: { header: "a string", frames: [] } },
  ],
  [
    "info",
    `uncaught exception; exception = workerd/jsg/value.h:1456: failed: jsg.Error: boom${NATIVE}`,
    { kind: "ended-event", header: "Error: boom" },
  ],
  [
    "error",
    "Uncaught exception: workerd/jsg/value.h:1456: failed: remote.jsg.RangeError: rpc boom",
    { kind: "reached-client", header: "RangeError: rpc boom" },
  ],
  ["info", "some detail", { kind: "internal", message: "some detail" }],
  ["error", `something odd${NATIVE}`, { kind: "say", message: "something odd" }],
])("%s: %s", (level, message, expected) => {
  expect(readRuntimeMessage(level, message)).toEqual(expected);
});

test.each([
  "NOSENTRY SQLite alarm handler canceled with requestScheduledAlarm.; scheduledTime = 1795385851.305s; actorId = dd34",
  "IoContext::run() without a current IncomingRequest; lastDeliveredLocation = src/workerd/api/worker-rpc.c++:3650:20 in run",
])("what workerd notes for its own makers is for nobody else: %s", (message) => {
  expect(readRuntimeMessage("warn", message)).toEqual({ kind: "internal", message });
});

test("that objects hold on to each other when the process ends is nobody's fault", () => {
  const message = "the worker factory is still referenced after the server was dropped; a service leaked";
  expect(readRuntimeMessage("error", message)).toEqual({ kind: "internal", message });
});

test.each([
  ["error", "Uncaught exception: kj/async-io-unix.c++:1: disconnected: read(): Connection reset by peer"],
  ["error", "kj/x.c++:2: disconnected: peer went away"],
  ["error", "HTTP connection failed: the handler sent no response"],
  ["info", "uncaught exception; source = X; stack = Error: Handler does not export a connect() function.\n    at a"],
])("a client that goes away, or asks for what is not here, is no error: %s %s", (level, message) => {
  expect(readRuntimeMessage(level, message)).toMatchObject({ kind: "internal" });
});

test.each([
  [
    "warn",
    'A DurableObjectNamespace in the config referenced the class "Cart", but no such Durable Object class is exported from the worker.',
    "Cart",
  ],
  [
    "error",
    "V8 fatal error; location = CALL_AND_RETRY_LAST; message = : allocation failed: JavaScript heap out of memory",
    "memory",
  ],
])("%s: %s is said in words of ours", (level, message, expected) => {
  const read = readRuntimeMessage(level, message);
  expect(read).toMatchObject({ kind: "say", message: expect.stringContaining(expected) as string });
  expect(read).not.toMatchObject({ message });
});
