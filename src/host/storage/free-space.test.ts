import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { bytesText, lowMark, spaceAt } from "./free-space.ts";

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [12_345_678, "12 MB"],
  [1.5e9, "1.5 GB"],
  [76e12, "76 TB"],
  [76e15, "76000 TB"],
])("%d bytes are written %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test("little room is a twentieth of a small disk and a quarter of a gigabyte of a large one", () => {
  expect(lowMark({ freeBytes: 0, totalBytes: 100 })).toBe(5);
  expect(lowMark({ freeBytes: 0, totalBytes: 1e12 })).toBe(256 * 1024 * 1024);
});

test("the room of a folder that is there is told, of one that is not, it is not", async () => {
  const space = await spaceAt(tmpdir());
  expect(space?.totalBytes).toBeGreaterThan(0);
  expect(space?.freeBytes).toBeLessThanOrEqual(space?.totalBytes ?? 0);
  expect(await spaceAt("/there/is/no/such/folder")).toBeUndefined();
});
