import { expect, test } from "vitest";
import { colorsFor } from "./colors.ts";

test("a pipe gets no colours, whatever else speaks for them", () => {
  // Like process.stdout of a piped process: it does not say that it is no terminal, it says nothing.
  expect(colorsFor({}).red("text")).toBe("text");
});
