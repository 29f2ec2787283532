import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorkflowState } from "pawl/agent";
import { WebSocket } from "ws";
import { type ErrorAnswer, type WorkspaceState, limits } from "../../examples/csv-import/protocol/import.ts";
import type { RunningServer } from "../support/server.ts";
import { exampleServer, sampleFile } from "./example-project.ts";
import { ImportClient } from "./import-client.ts";

let server: RunningServer;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ server, close } = await exampleServer());
});
afterAll(() => close?.());

const workspace = (name: string) => new ImportClient(() => server.url, name);

/** Imports a file with the given content and waits for its end (or for a question). */
async function importText(name: string, content: string | Uint8Array, askAbovePercent: 0 | 25 = 25) {
  const client = workspace(name);
  const file = join(tmpdir(), `${name}-${process.pid}.csv`);
  await writeFile(file, content);
  const id = await client.upload(file, { pace: "full", askAbovePercent });
  await client.start(id);
  const settled = new Set<string>(["complete", "failed", "waiting"]);
  await expect.poll(async () => settled.has((await client.view(id)).status), { timeout: 15_000 }).toBe(true);
  return { client, id, view: await client.view(id) };
}

describe("files of all kinds", () => {
  test("semicolons, decimal commas and Windows-1252 are understood", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `K-${i};Müller;1.234,5${i % 10};${10 + (i % 18)}/12/2025`);
    const text = ["Nr;Käufer;Betrag;Datum", ...rows].join("\r\n");
    const { client, id, view } = await importText(
      "german",
      Uint8Array.from(text, (char) => char.charCodeAt(0)),
    );
    expect(view).toMatchObject({ status: "complete", keyColumn: "Nr", rows: { loaded: 60 } });
    expect((await client.loaded(id))[0]?.values).toEqual(["K-0", "Müller", 1234.5, "2025-12-10"]);
  });

  test("columns without a name or with the same name get names of their own", async () => {
    const { client, id } = await importText("headers", "id,,id\n1,x,2\n2,y,3\n");
    const report = (await (await client.fetch(`/imports/${id}/report`)).json()) as { columns: { name: string }[] };
    expect(report.columns.map((column) => column.name)).toEqual(["id", "column 2", "id (2)"]);
  });

  test.each([
    ["header-only", "a,b\n", "This file has a header and no rows below it."],
    ["blank", "\n \n\n", "This file holds nothing but empty lines."],
    ["wide", `${Array.from({ length: 201 }, (_, i) => `c${i}`).join(",")}\n1\n`, "This file has 201 columns"],
  ])("%s files fail in words", async (name, content, words) => {
    const { view } = await importText(name, content);
    expect(view.status).toBe("failed");
    expect(view.error).toContain(words);
  });

  test("formulas in rejected rows cannot run in a spreadsheet program", async () => {
    const good = Array.from({ length: 30 }, (_, i) => `${i},fine`).join("\n");
    const { client, id } = await importText("formulas", `id,note\n${good}\n=1+1,=HYPERLINK("x")\n`);
    const csv = await (await client.fetch(`/imports/${id}/rejected.csv`)).text();
    expect(csv).toContain("'=1+1");
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`);
  });
});

describe("uploads", () => {
  const post = (name: string, body: unknown, headers: Record<string, string> = {}) =>
    workspace(name).fetch("/imports", { method: "POST", body: JSON.stringify(body), headers });
  const announcement = { fileName: "a.csv", bytes: 10, pace: "full", askAbovePercent: 2 };
  const refusalOf = async (response: Response) => ((await response.json()) as ErrorAnswer).error;

  test("one import at a time: a second one is refused with advice", async () => {
    expect((await post("busy", announcement)).status).toBe(201);
    const second = await post("busy", announcement);
    expect(second.status).toBe(409);
    expect((await refusalOf(second)).message).toContain("One import runs at a time");
  });

  test("binary files are refused at their first piece and leave no trace", async () => {
    const client = workspace("binary");
    const { id } = (await (await post("binary", announcement)).json()) as { id: string };
    const body = Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0]);
    const refused = await client.fetch(`/imports/${id}/pieces/0`, { method: "PUT", body });
    expect(refused.status).toBe(422);
    expect((await refusalOf(refused)).message).toContain("Excel workbook");
    expect((await openSocket("binary")).state).toMatchObject({ upload: null, runs: [], totalRuns: 0 });
    expect((await client.fetch(`/imports/${id}/report`)).status).toBe(404);
  });

  test("pieces of the wrong size or number, and a start without all pieces, are refused", async () => {
    const client = workspace("pieces");
    const { id } = (await (await post("pieces", announcement)).json()) as { id: string };
    const put = (n: number | string, length: number) =>
      client.fetch(`/imports/${id}/pieces/${n}`, { method: "PUT", body: new Uint8Array(length).fill(97) });
    expect((await put(0, 9)).status).toBe(400);
    expect((await put(1, 10)).status).toBe(400);
    expect((await put("x", 10)).status).toBe(400);
    expect((await put(0, 300 * 1024)).status).toBe(413);
    const early = await client.fetch(`/imports/${id}/start`, { method: "POST" });
    expect((await refusalOf(early)).code).toBe("incomplete");
  });

  test("a body without a stated length is read up to its limit and no further", async () => {
    const { id } = (await (await post("endless", announcement)).json()) as { id: string };
    for (const [method, path, limit] of [
      ["POST", "/imports", limits.announcementBytes],
      ["PUT", `/imports/${id}/pieces/0`, limits.pieceBytes],
    ] as const) {
      const { status, answer } = await sendWithoutEnd(method, path, limit + 1);
      expect([method, status]).toEqual([method, 413]);
      expect((JSON.parse(answer) as ErrorAnswer).error.message).toMatch(/too large/);
    }
    expect((await openSocket("endless")).state.upload).toMatchObject({ id, pieces: { received: 0 } });
  });

  /** Sends the beginning of a chunked body, whose end never comes: who waits for it does not answer. */
  async function sendWithoutEnd(method: string, path: string, bytes: number) {
    const sending = request(`${server.url}/agents/import-agent/endless${path}`, { method, agent: false });
    sending.write(Buffer.alloc(bytes, 97));
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    // The server may hang up on the rest.
    sending.on("error", () => sending.destroy());
    const answer = await textOf(response);
    sending.destroy();
    return { status: response.statusCode, answer };
  }

  test("another site's page, a wild workspace name and an unknown import are turned away", async () => {
    expect((await post("foreign", announcement, { Origin: "https://elsewhere.example" })).status).toBe(403);
    expect((await post("foreign", announcement, { Origin: server.url })).status).toBe(201);
    expect((await workspace("Not%20A%20Name").fetch("/runs")).status).toBe(400);
    expect((await workspace("foreign").fetch("/imports/nothing/report")).status).toBe(404);
    expect((await workspace("foreign").fetch("/runs/nothing")).status).toBe(404);
  });

  test("an upload that is cancelled is gone, and makes room for the next one", async () => {
    const client = workspace("dropped");
    const { id } = (await (await post("dropped", announcement)).json()) as { id: string };
    expect((await client.fetch(`/imports/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await openSocket("dropped")).state).toMatchObject({ upload: null, totalRuns: 0 });
    const late = await client.fetch(`/imports/${id}/pieces/0`, { method: "PUT", body: new Uint8Array(10).fill(97) });
    expect((await refusalOf(late)).message).toBe("This upload is over. Choose the file again.");
    expect((await post("dropped", announcement)).status).toBe(201);
  });
});

describe("over the WebSocket", () => {
  test("a browser cannot write the state, call what is not offered, or do what is not possible now", async () => {
    const { id } = await importText("socket", "id\n1\n2\n");
    const socket = await openSocket("socket");
    socket.send({ type: "cf_agent_state", state: { upload: null, totalRuns: 99 } });
    expect(await socket.call("readPiece", [id, 0])).toMatchObject({ success: false });
    expect(await socket.call("giveUpSilent", [id])).toMatchObject({ success: false });
    expect(await socket.call("takeReport", [{ run: id }, []])).toMatchObject({ success: false });
    for (const message of [
      { type: "start", params: { paceMs: 0 } },
      { type: "restart", instanceId: id },
      { type: "sendEvent", instanceId: id, event: { type: "approval", payload: { approved: true } } },
    ]) {
      expect(await socket.ask(message)).toMatchObject({ type: "error", code: "forbidden" });
    }
    expect(await socket.ask({ type: "pause", instanceId: id })).toMatchObject({
      type: "error",
      message: "This run cannot be paused: it is complete.",
    });
    expect(await socket.ask({ type: "cancel", instanceId: { toString: "x" } })).toMatchObject({ code: "malformed" });
    const { total } = (await (await workspace("socket").fetch("/runs")).json()) as { total: number };
    expect(total).toBe(1);
    expect((await openSocket("socket")).state.totalRuns).toBe(1);
  });

  test("a decision is taken once, and a rejection loads nothing", async () => {
    const { client, id, view } = await importText("reject", `id,n\n${"1,2\n".repeat(3)}`, 0);
    expect(view).toMatchObject({ status: "waiting", rows: { good: 1, bad: 2 } });
    const socket = await openSocket("reject");
    expect(await socket.ask({ type: "reject", instanceId: id })).toMatchObject({ type: "done" });
    expect(await socket.ask({ type: "approve", instanceId: id })).toMatchObject({ type: "error" });
    await expect.poll(async () => (await client.view(id)).status).toBe("rejected");
    expect(await client.loaded(id)).toEqual([]);
    expect(await client.rejected(id)).toHaveLength(2);
  });

  test("a cancelled import keeps no rows, stays cancelled, and can be removed", async () => {
    const client = workspace("cancel");
    const id = await client.upload(sampleFile, { pace: "steady", askAbovePercent: 25 });
    await client.start(id);
    await expect.poll(async () => (await client.view(id)).rows.loaded, { timeout: 20_000 }).toBeGreaterThan(0);
    const socket = await openSocket("cancel");
    expect(await socket.ask({ type: "cancel", instanceId: id })).toMatchObject({ type: "done" });
    expect(await client.view(id)).toMatchObject({ status: "cancelled", rows: { loaded: 0 } });
    expect(await client.loaded(id)).toEqual([]);
    expect(await socket.ask({ type: "delete", instanceId: id })).toMatchObject({ type: "done" });
    expect((await client.fetch(`/runs/${id}`)).status).toBe(404);
    expect((await client.fetch(`/imports/${id}/report`)).status).toBe(404);
  });
});

interface Answer {
  type?: string;
  /** Of a call. */
  success?: boolean;
  /** Of a refused message. */
  code?: string;
  message?: string;
}

/** A connection as a page makes it, with the state that came first. */
async function openSocket(name: string) {
  const url = `${server.url.replace("http", "ws")}/agents/import-agent/${name}`;
  const socket = new WebSocket(url, { headers: { Origin: server.url } });
  sockets.add(socket);
  const waiting = new Map<string, (answer: Answer) => void>();
  const state = await new Promise<WorkspaceState & WorkflowState>((resolve, reject) => {
    socket.once("error", reject);
    socket.on("message", (data) => {
      const message = JSON.parse((data as Buffer).toString("utf8")) as {
        id?: string;
        requestId?: string;
        state?: WorkspaceState & WorkflowState;
      } & Answer;
      if (message.type === "cf_agent_state" && message.state !== undefined) resolve(message.state);
      waiting.get((message.type === "rpc" ? message.id : message.requestId) ?? "")?.(message);
    });
  });
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  const answerTo = (message: (id: string) => object): Promise<Answer> =>
    new Promise((resolve) => {
      const id = `request-${waiting.size}`;
      waiting.set(id, resolve);
      send(message(id));
    });
  const call = (method: string, args: unknown[]) => answerTo((id) => ({ type: "rpc", id, method, args }));
  const ask = (message: object) => answerTo((requestId) => ({ ...message, requestId }));
  return { state, send, call, ask };
}

const sockets = new Set<WebSocket>();
afterAll(() => {
  for (const socket of sockets) socket.terminate();
});

describe("the page's files", () => {
  test("a file that is named after its contents is kept for a year, with the headers of the whole site", async () => {
    const page = await (await fetch(server.url)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? "no script in the page";
    const response = await fetch(server.url + script);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  test("the page that answers for a file of another version is not kept in its place", async () => {
    const response = await fetch(`${server.url}/assets/index-CzQw81_x.js`);
    expect(response.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
  });
});
