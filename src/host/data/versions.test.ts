import { expect, test } from "vitest";
import { SCHEMA } from "../../engine/journal/schema.ts";
import { ENGINE_SCHEMA } from "./versions.ts";

test("the host knows the version of the engine's tables", () => {
  expect(ENGINE_SCHEMA).toBe(SCHEMA.length);
});
