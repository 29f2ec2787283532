import { expect, test } from "vitest";
import { contextOf, DEFAULT_CONFIG, recallConfig, resolveConfig, storeConfig } from "./step-config.ts";

test("nothing given means the defaults of production", () => {
  for (const nothing of [undefined, null, {}]) {
    expect(resolveConfig(nothing)).toEqual({
      retries: { limit: 5, delay: 10_000, backoff: "exponential" },
      timeout: "10 minutes",
    });
  }
});

test("retries without a back-off are exponential; the timeout stays the default", () => {
  expect(resolveConfig({ retries: { limit: 2, delay: "1 second" } })).toEqual({
    retries: { limit: 2, delay: "1 second", backoff: "exponential" },
    timeout: "10 minutes",
  });
});

test.each<unknown>([
  { retries: { limit: 0, delay: 0 } },
  { retries: { limit: 1.5, delay: 1 } },
  { retries: { limit: 10_000, delay: "5", backoff: "linear" } },
  { retries: { limit: 1, delay: () => 5 } },
  { timeout: 1 },
  { timeout: "1 hour", sensitive: "output" },
])("%j is a config", (config) => {
  expect(resolveConfig(config)).toBeDefined();
});

test.each<unknown>([
  5,
  "x",
  [],
  { retry: {} },
  { retries: {} },
  { retries: { limit: 1 } },
  { retries: { delay: 1 } },
  { retries: { limit: -1, delay: 1 } },
  { retries: { limit: Number.NaN, delay: 1 } },
  { retries: { limit: Number.POSITIVE_INFINITY, delay: 1 } },
  { retries: { limit: 10_001, delay: 1 } },
  { retries: { limit: "1", delay: 1 } },
  { retries: { limit: 1, delay: -1 } },
  { retries: { limit: 1, delay: "soon" } },
  { retries: { limit: 1, delay: 1, backoff: "random" } },
  { retries: { limit: 1, delay: 1, jitter: true } },
  { timeout: 0 },
  { timeout: "0" },
  { timeout: "5 parsecs" },
  { sensitive: true },
])("%j is refused", (config) => {
  expect(resolveConfig(config)).toBeUndefined();
});

test("the stored config wins over the code's, but a delay function is the live one", () => {
  const first = resolveConfig({ retries: { limit: 2, delay: 5, backoff: "linear" }, timeout: 7 });
  const later = resolveConfig({ retries: { limit: 9, delay: 99 } });
  if (first === undefined || later === undefined) throw new Error("both are configs");
  expect(recallConfig(storeConfig(first), later)).toEqual(first);
  expect(recallConfig(storeConfig(DEFAULT_CONFIG), later)).toEqual(DEFAULT_CONFIG);

  const delay = (): number => 3;
  const dynamic = resolveConfig({ retries: { limit: 2, delay } });
  if (dynamic === undefined) throw new Error("it is a config");
  expect(storeConfig(dynamic)).toContain("[dynamic]");
  expect(recallConfig(storeConfig(dynamic), dynamic).retries.delay).toBe(delay);
  // Code that has no delay function any more says how long to wait.
  expect(recallConfig(storeConfig(dynamic), later).retries).toEqual({ limit: 2, delay: 99, backoff: "exponential" });
});

test("the context has the documented shape, fresh for each attempt, without a delay function", () => {
  expect(JSON.stringify(contextOf("a", 1, 1, DEFAULT_CONFIG))).toBe(
    '{"step":{"name":"a","count":1},"attempt":1,"config":{"retries":{"limit":5,"backoff":"exponential","delay":10000},"timeout":"10 minutes"}}',
  );
  const dynamic = resolveConfig({ retries: { limit: 2, delay: () => 1 } }) ?? DEFAULT_CONFIG;
  expect(contextOf("a", 1, 1, dynamic).config.retries).toEqual({ limit: 2, backoff: "exponential" });
});
