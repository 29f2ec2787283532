import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunView } from "../../agent/protocol.ts";
import { WorkflowError } from "../errors.ts";
import { ANSWER_WITHIN_MS, Requests } from "./requests.ts";
import { runView, waitFor } from "./run-view.test-support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A connection that can be cut and made, and what was sent over it. */
function connection(runs: RunView[] = []) {
  const onSilence = vi.fn<() => void>();
  const requests = new Requests(onSilence);
  const sent: { type: string; requestId: string }[] = [];
  const connect = (now: RunView[] = runs): void => {
    requests.connected(
      (text) => sent.push(JSON.parse(text) as { type: string; requestId: string }),
      (id) => now.find((run) => run.id === id),
    );
  };
  const lastId = (): string => sent.at(-1)?.requestId ?? "";
  return { requests, onSilence, sent, connect, lastId };
}

const done = (requestId: string) => ({ type: "done", request: "pause", instanceId: "run-1", requestId }) as const;
const code = (code: string) => expect.objectContaining({ code });

test("a request waits for a connection, and each gets the answer of its own", async () => {
  const { requests, sent, connect } = connection();
  const first = requests.ask({ type: "pause", instanceId: "run-1" });
  const second = requests.ask({ type: "run", instanceId: "run-1" });
  expect(sent).toEqual([]);
  connect();
  expect(sent.map(({ type }) => type)).toEqual(["pause", "run"]);
  const [a, b] = sent.map(({ requestId }) => requestId);
  expect(requests.answer(b ?? "", { type: "run", run: runView(1) })).toBe(true);
  expect(requests.answer(a ?? "", done(a ?? ""))).toBe(true);
  expect(await first).toMatchObject({ type: "done" });
  expect(await second).toMatchObject({ type: "run" });
  expect(requests.size).toBe(0);
});

test("a refusal is an error with the server's words and code, and says what it was about", async () => {
  const { requests, connect, lastId } = connection();
  connect();
  const asked = requests.ask({ type: "pause", instanceId: "run-1" });
  requests.answer(lastId(), { type: "error", code: "forbidden", message: "You may not.", requestId: lastId() });
  await expect(asked).rejects.toEqual(
    new WorkflowError("forbidden", "You may not.", { action: "pause", runId: "run-1" }),
  );
});

test("an answer that nobody waits for is none", () => {
  const { requests, connect } = connection();
  connect();
  expect(requests.answer("other-1", done("other-1"))).toBe(false);
});

test("cut off before its answer, a question is asked again", async () => {
  const { requests, sent, connect, lastId } = connection();
  connect();
  const asked = requests.ask({ type: "run", instanceId: "run-1" });
  requests.disconnected();
  connect();
  expect(sent).toHaveLength(2);
  requests.answer(lastId(), { type: "run", run: runView(1) });
  expect(await asked).toMatchObject({ type: "run" });
});

test("cut off before its answer, a pause that was made is answered by the state, and one that was not is asked again", async () => {
  const { requests, sent, connect } = connection([runView(1), runView(2)]);
  connect();
  const made = requests.ask({ type: "pause", instanceId: "run-1" });
  const notMade = requests.ask({ type: "pause", instanceId: "run-2" });
  requests.disconnected();
  connect([runView(1, { status: "paused" }), runView(2)]);
  expect(await made).toBeNull();
  expect(sent).toHaveLength(3);
  requests.answer(sent[2]?.requestId ?? "", done(sent[2]?.requestId ?? ""));
  expect(await notMade).toMatchObject({ type: "done" });
});

test("cut off before its answer, an event is never sent twice: at once it is said to be lost", async () => {
  const { requests, sent, connect } = connection([runView(1)]);
  connect();
  const asked = requests.ask({ type: "sendEvent", instanceId: "run-1", event: { type: "go" } });
  requests.disconnected();
  await expect(asked).rejects.toEqual(code("lost"));
  connect();
  expect(sent).toHaveLength(1);
});

test("cut off before its answer, an approval is decided by whether the run still waits", async () => {
  const waiting = [1, 2].map((n) => runView(n, { waitingFor: [waitFor("approval")] }));
  const { requests, sent, connect } = connection(waiting);
  connect();
  const taken = requests.ask({ type: "approve", instanceId: "run-1" });
  const lost = requests.ask({ type: "approve", instanceId: "run-2" });
  requests.disconnected();
  connect([runView(1), ...waiting.slice(1)]);
  expect(await taken).toBeNull();
  await expect(lost).rejects.toEqual(code("lost"));
  expect(sent).toHaveLength(2);
});

test("a start that is sent again and finds its id taken was done the first time; a first one was not", async () => {
  const { requests, connect, lastId } = connection();
  connect();
  const again = requests.ask({ type: "start", instanceId: "run-9" });
  requests.disconnected();
  connect();
  requests.answer(lastId(), { type: "error", code: "id_taken", message: "taken", requestId: lastId() });
  expect(await again).toBeNull();
  const first = requests.ask({ type: "start", instanceId: "run-9" });
  requests.answer(lastId(), { type: "error", code: "id_taken", message: "taken", requestId: lastId() });
  await expect(first).rejects.toEqual(code("id_taken"));
});

test("what was never sent, never answered, or cut off and never decided, ends within the time for an answer", async () => {
  const { requests, onSilence, connect } = connection([runView(1)]);
  const unsent = requests.ask({ type: "pause", instanceId: "run-1" });
  unsent.catch(() => {});
  vi.advanceTimersByTime(ANSWER_WITHIN_MS);
  await expect(unsent).rejects.toEqual(code("not_sent"));
  expect(onSilence).not.toHaveBeenCalled();

  connect();
  const unanswered = requests.ask({ type: "pause", instanceId: "run-1" });
  unanswered.catch(() => {});
  vi.advanceTimersByTime(ANSWER_WITHIN_MS);
  await expect(unanswered).rejects.toEqual(code("timeout"));
  // The connection may be dead, and nobody has noticed.
  expect(onSilence).toHaveBeenCalledOnce();

  const cut = requests.ask({ type: "restart", instanceId: "run-1" });
  cut.catch(() => {});
  requests.disconnected();
  vi.advanceTimersByTime(ANSWER_WITHIN_MS);
  await expect(cut).rejects.toEqual(code("lost"));
  expect(onSilence).toHaveBeenCalledOnce();
});

test("when the connection is closed for good, everything that waits is told", async () => {
  const { requests, connect } = connection();
  connect();
  const asked = requests.ask({ type: "runs" });
  requests.close("The server has closed the connection: signed out");
  await expect(asked).rejects.toEqual(code("closed"));
  await expect(asked).rejects.toThrow("signed out");
  expect(requests.size).toBe(0);
});
