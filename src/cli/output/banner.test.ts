import { expect, test } from "vitest";
import { exposureWarning } from "./banner.ts";

test.each(["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])("%s is this machine alone", (host) => {
  expect(exposureWarning(host)).toBeUndefined();
});

test.each(["0.0.0.0", "::", "192.168.1.5", "*", "1270.example"])("%s is warned about", (host) => {
  expect(exposureWarning(host)).toContain(`Listening on ${host}: everybody who can reach this machine`);
});
