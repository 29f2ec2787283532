import { describe, expect, test } from "vitest";
import { BOX, faultsOf, readJson } from "./read-config.test-support.ts";

describe("environments", () => {
  const config = {
    vars: { COLOUR: "red" },
    ...BOX,
    kv_namespaces: [{ binding: "KV" }],
    assets: { directory: "." },
    send_metrics: false,
    env: {
      staging: { vars: { COLOUR: "blue" }, compatibility_date: "2026-01-01", durable_objects: BOX.durable_objects },
      own: { name: "own-name", durable_objects: BOX.durable_objects, vars: {} },
      broken: { ai: { binding: "AI" }, send_metrics: true, unknwon: 1 },
    },
  };

  test("inherit what wrangler lets them inherit", async () => {
    const project = await readJson(config, { environment: "staging" });
    expect(project).toMatchObject({
      environment: "staging",
      name: "app-staging",
      compatibilityDate: "2026-01-01",
      vars: { COLOUR: "blue" },
      sqliteClasses: ["Box"],
      durableObjects: [{ binding: "BOX", className: "Box" }],
    });
    expect(project.assets?.directory).toBe(project.root);
  });

  test("may have a name of their own", async () => {
    expect((await readJson(config, { environment: "own" })).name).toBe("own-name");
  });

  test("get no bindings from the top level, and a note says so", async () => {
    const project = await readJson({ ...config, kv_namespaces: [], env: { bare: {} } }, { environment: "bare" });
    expect(project.vars).toEqual({});
    expect(project.durableObjects).toEqual([]);
    expect(project.notes.map(({ key, text }) => `${key} ${text}`)).toEqual([
      'vars is not inherited by environments, so "bare" runs without it',
      'durable_objects is not inherited by environments, so "bare" runs without it',
    ]);
  });

  test("are checked when they are run", async () => {
    const faults = await faultsOf(readJson(config, { environment: "broken" }));
    expect(faults.map(({ key, text }) => `${key}: ${text}`)).toEqual([
      expect.stringContaining("Pawl does not run Workers AI yet"),
      expect.stringContaining("`send_metrics` may stand at the top level only"),
      "env.broken.unknwon: Unknown key `unknwon` in `env.broken`. Remove it.",
    ]);
  });

  test("that do not exist are refused with those that do", async () => {
    const faults = await faultsOf(readJson(config, { environment: "prod" }));
    expect(faults.map(({ text }) => text)).toEqual([
      'There is no environment "prod". Known are: staging, own, broken.',
    ]);
  });
});
