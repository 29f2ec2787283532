import { expect, onTestFinished, test, vi } from "vitest";
import type { Part } from "../fixtures/gateway-app/program.ts";
import { Road } from "../support/road.ts";
import { PATIENCE_MS, reactApp } from "./react-app.ts";

const app = reactApp();

test("in StrictMode, with several components and after another view, a page has one connection to an agent", async () => {
  const page = await app.open({ name: "shared", strict: true, watched: "nothing" });
  await page.has("connection", "live");
  await page.has("glance", "0: ");
  await page.has("watched", /^missing/);
  // Gone and there again at once.
  await page.press("Hide");
  await page.press("Show");
  await page.has("connection", "live");
  expect(page.sockets).toHaveLength(1);
  expect(page.sockets[0]?.url()).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/agents\/office\/shared\?_pk=[\w-]+&_deltas=1$/);

  await page.press("Another agent");
  await page.has("connection", "live");
  await expect.poll(() => page.sockets.length, { timeout: PATIENCE_MS }).toBe(2);
  expect(page.sockets[1]?.url()).toContain("/office/shared-2?");
  // The one that nobody uses any more is closed.
  await expect.poll(() => page.sockets[0]?.isClosed(), { timeout: PATIENCE_MS }).toBe(true);
  expect(page.complaints).toEqual([]);
});

test("what is not enabled has no connection, and gets one when it is", async () => {
  const page = await app.open({ name: "enabled" });
  await page.has("connection", "live");
  await page.press("Disable");
  await page.has("connection", "closed");
  await expect.poll(() => page.sockets[0]?.isClosed(), { timeout: PATIENCE_MS }).toBe(true);
  expect(await page.page.evaluate(() => window.workflow.pause().catch(String))).toContain("not enabled");
  await page.press("Enable");
  await page.has("connection", "live");
  expect(page.sockets).toHaveLength(2);
});

test("what is asked for without a connection is done once, as soon as there is one", async () => {
  const page = await app.open({ name: "asked" });
  const other = await app.open({ name: "asked", from: app.server.url });
  await page.has("connection", "live");
  app.road.close();
  app.road.cut();
  await page.has("connection", "reconnecting");
  const started = page.start([{ step: "only", deeds: [{ report: "addResult", args: ["once"] }] }], "asked-for");
  // Meanwhile the world goes on.
  await other.has("connection", "live");
  await other.start([], "others-own");
  await other.has("status", "complete");
  app.road.open();
  expect(await started).toBe("asked-for");
  await page.has("glance", "2: complete complete");
  await other.has("glance", "2: complete complete");
  await vi.waitFor(async () => expect(await page.state()).toEqual(await other.state()), { timeout: PATIENCE_MS });
});

test("cut off again and again while a run reports, the page lacks nothing in the end, and repeats nothing", async () => {
  const page = await app.open({ name: "cut" });
  await page.has("connection", "live");
  const rows = Array.from({ length: 90 }, (_, n) => `row ${n}`);
  await page.start(
    rows.flatMap((row): Part[] => [
      { step: row, deeds: [{ report: "addResult", args: [row] }] },
      // More than the state shows come while there is no connection.
      ...(row.endsWith("9") ? [{ sleepMs: 200 }] : []),
    ]),
  );
  for (let cuts = 0; cuts < 4; cuts++) {
    await page.has("connection", "live");
    const before = page.sockets.length;
    app.road.cut();
    await expect.poll(() => page.sockets.length, { timeout: PATIENCE_MS }).toBeGreaterThan(before);
  }
  await page.has("connection", "live");
  await page.has("status", "complete");
  await page.page.evaluate(() => window.workflow.results.loadEarlier(200));
  expect(await page.results()).toEqual(rows);
});

test("offline and online again: the page connects at once, and shows what has happened", async () => {
  const page = await app.open({ name: "offline" });
  const other = await app.open({ name: "offline", from: app.server.url });
  await page.has("connection", "live");
  await other.has("connection", "live");
  const id = await other.start([{ wait: "for ever", event: "never" }]);
  await page.has("status", "running");
  await page.page.context().setOffline(true);
  app.road.cut();
  await page.has("connection", "reconnecting");
  await page.has("connection-error", /no connection/);
  await other.press("Cancel");
  await other.has("status", "cancelled");
  expect(await page.text("status")).toBe("running");
  await page.page.context().setOffline(false);
  await page.has("connection", "live");
  await page.has("status", "cancelled");
  await page.has("connection-error", "");
  expect(await page.page.evaluate(() => window.workflow.run?.id)).toBe(id);
});

test("a connection that is dead without anybody's having said so is found out when the page wakes up", async () => {
  const page = await app.open({ name: "dead" });
  await page.has("connection", "live");
  const before = page.sockets.length;
  app.road.freeze();
  await page.page.evaluate(() => dispatchEvent(new Event("online")));
  await expect.poll(() => page.sockets.length, { timeout: PATIENCE_MS }).toBe(before + 1);
  await page.has("connection", "live");
  // One that lives stays.
  await page.page.evaluate(() => dispatchEvent(new Event("online")));
  await page.start([]);
  await page.has("status", "complete");
  expect(page.sockets).toHaveLength(before + 1);
});

test("a page from anywhere connects with a token, and asks for a new one each time", async () => {
  const elsewhere = await Road.to(app.server.url);
  onTestFinished(() => elsewhere.stop());
  const page = await app.open({
    from: elsewhere.url.replace("127.0.0.1", "localhost"),
    host: app.road.url,
    name: "guarded",
    tokens: ["good-1", "good-1", "bad", "good-2"],
  });
  await page.has("connection", "live");
  expect(page.sockets[0]?.url()).toMatch(
    new RegExp(`^${app.road.url.replace("http", "ws")}/agents/office/guarded\\?.*token=good-1`),
  );
  await page.start([]);
  await page.has("status", "complete");
  app.road.cut();
  // The one that was used, and the one that is none, get nowhere; it goes on to the next.
  await expect.poll(() => page.sockets.length, { timeout: PATIENCE_MS }).toBe(4);
  await page.has("connection", "live");
  expect(page.sockets.map((socket) => new URL(socket.url()).searchParams.get("token"))).toEqual([
    "good-1",
    "good-1",
    "bad",
    "good-2",
  ]);
  await page.start([]);
  await page.has("glance", "2: complete complete");
});

test("a server that turns a user away ends it, with its reason, until somebody tries again", async () => {
  const page = await app.open({ name: "banned", tokens: ["banned", "good-9"] });
  await page.has("connection", "closed");
  await page.has("connection-error", "The server has closed the connection: signed out");
  const refusal = await page.page.evaluate(() =>
    window.workflow.start({ program: [] }).catch((error: unknown) => String(error)),
  );
  expect(refusal).toContain("signed out");
  expect(page.sockets).toHaveLength(1);
  await page.page.evaluate(() => window.workflow.reconnect());
  await page.has("connection", "live");
});

test("a token that cannot be had is said, and asked for again", async () => {
  const page = await app.open({ name: "guarded-too", tokens: ["none"] });
  await page.has("connection-error", "There is no token for the connection: Nobody is signed in.");
  await page.has("connection", "connecting");
  expect(page.sockets).toEqual([]);
  await page.page.evaluate(() => {
    window.tokens = ["good-30"];
  });
  await page.has("connection", "live");
  await page.has("connection-error", "");
});
