/** What a line of workerd's own means to somebody who runs an application. */
export type RuntimeMessage =
  /** JavaScript threw; said at once, whether or not somebody will catch it. */
  | { readonly kind: "thrown"; readonly error: ThrownError }
  /** The exception just reported has ended an event (a request, an alarm, a message). */
  | { readonly kind: "ended-event"; readonly header: string }
  /** The exception has arrived at a client as a 500. */
  | { readonly kind: "reached-client"; readonly header: string }
  | { readonly kind: "say"; readonly message: string }
  /** Of interest to those who debug workerd. */
  | { readonly kind: "internal"; readonly message: string };

export interface ThrownError {
  /** `Name: message`, possibly of several lines. */
  readonly header: string;
  /** `    at …` lines; empty when the exception has crossed from one object to another. */
  readonly frames: readonly string[];
}

/** Tables of patterns, the first that matches decides. The texts are those of the workerd version we depend on. */
export function readRuntimeMessage(level: string, message: string): RuntimeMessage {
  if (isStrangers(message)) return { kind: "internal", message };
  const thrown = /^uncaught exception; source = .*?; (?:stack|exception) = ([\s\S]*)$/.exec(message);
  if (thrown?.[1] !== undefined) return { kind: "thrown", error: splitStack(thrown[1]) };

  const ended = /^uncaught exception; exception = ([\s\S]*?)(?:\nstack: [\s\S]*)?$/.exec(message);
  if (ended?.[1] !== undefined) return { kind: "ended-event", header: jsHeader(ended[1]) };

  const reached = /^Uncaught exception: ([\s\S]*)$/.exec(message);
  if (reached?.[1] !== undefined) {
    const text = withoutNativeStack(reached[1]);
    if (isDisconnect(text)) return { kind: "internal", message };
    return { kind: "reached-client", header: jsHeader(text) };
  }

  const missingClass = /referenced the class "([^"]*)", but no such Durable Object class is exported/.exec(message);
  if (missingClass !== null) {
    const text = `The Worker does not export a Durable Object class "${missingClass[1]}", so calls to it will fail. Export it from the main module and let it extend DurableObject.`;
    return { kind: "say", message: text };
  }
  if (/V8 fatal error; .*heap out of memory/s.test(message)) {
    return {
      kind: "say",
      message: "The Worker has used up its memory (the JavaScript heap is full), which ends workerd.",
    };
  }
  // Notes to workerd's own makers, at whatever level: "NOSENTRY" keeps a line out of their collection of errors.
  if (/^NOSENTRY |IoContext::run\(\) without a current IncomingRequest/.test(message)) {
    return { kind: "internal", message };
  }
  // Said when the process ends, of objects that hold on to each other: nothing is left of either then.
  if (message.includes("still referenced after the server was dropped")) return { kind: "internal", message };
  if (level === "debug" || level === "info" || isDisconnect(message)) return { kind: "internal", message };
  return { kind: "say", message: withoutNativeStack(message) };
}

/** `Error: boom\n    at f (x.js:1:2)` → header and frames. */
export function splitStack(text: string): ThrownError {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  if (first === -1) return { header: text, frames: [] };
  return {
    header: lines.slice(0, first).join("\n"),
    frames: lines.slice(first).filter((line) => /^\s+at /.test(line)),
  };
}

/** `workerd/jsg/value.h:1456: failed: remote.jsg.TypeError: boom` → `TypeError: boom`. */
function jsHeader(text: string): string {
  return text.replace(
    /^(?:\S+:\d+: )?(?:failed: |disconnected: |overloaded: )?(?:remote\.)*(?:jsg(?:-internal)?\.)?/,
    "",
  );
}

/** Somebody closed a browser tab, or stopped in the middle of a request. */
function isDisconnect(text: string): boolean {
  return /disconnected: |Connection reset by peer|Broken pipe|client disconnected|the handler sent no response/i.test(
    text,
  );
}

/** Somebody asks whether this is a proxy for everybody (CONNECT), and is told that it is not. */
function isStrangers(text: string): boolean {
  return /does not export a connect\(\) function/.test(text);
}

function withoutNativeStack(text: string): string {
  return text.replace(/\nstack: (?:\S*@[0-9a-fx]+\s*)+[\s\S]*$/, "");
}
