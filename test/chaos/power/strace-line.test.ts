import { describe, expect, test } from "vitest";
import { type DiskCall, parseCall } from "./strace-line.ts";

describe("a line of strace", () => {
  const hex = (text: string): string =>
    [...Buffer.from(text)].map((byte) => String.raw`\x` + byte.toString(16).padStart(2, "0")).join("");
  const path = hex("/data/x.sqlite-wal");
  const parse = (...lines: string[]): (DiskCall | undefined)[] => {
    const unfinished = new Map<string, string>();
    return lines.map((line) => parseCall(line, unfinished));
  };

  test("that writes", () => {
    const line = String.raw`12 5.25 pwrite64(9<${path}>, "\x61\x62", 2, 4096) = 2 <0.000010>`;
    expect(parse(line)).toEqual([
      { path: "/data/x.sqlite-wal", beganAt: 5.25, endedAt: 5.25001, what: { write: Buffer.from("ab"), at: 4096 } },
    ]);
  });
  test("that brings to disk", () =>
    expect(parse(`12 5.25 fsync(9<${path}>) = 0 <0.5>`)).toMatchObject([{ endedAt: 5.75, what: "sync" }]));
  test("that failed did nothing", () =>
    expect(parse(`12 5.25 fsync(9<${path}>) = -1 EIO (Input/output error) <0.5>`)).toEqual([undefined]));
  test("that makes a file, or opens it", () => {
    const folder = hex("/data");
    const name = hex("x.sqlite-wal");
    expect(
      parse(
        `12 5.25 openat(9<${folder}>, "${name}", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 10<${path}> <0.1>`,
        `12 5.25 openat(9<${folder}>, "${name}", O_RDONLY|O_CLOEXEC) = 10<${path}> <0.1>`,
      ),
    ).toMatchObject([{ path: "/data/x.sqlite-wal", what: "create" }, undefined]);
  });
  test("that removes a file", () =>
    expect(parse(`12 5.25 unlinkat(9<${hex("/data")}>, "${hex("x")}", 0) = 0 <0.1>`)).toMatchObject([
      { path: "/data/x", what: "unlink" },
    ]));
  test("that cuts", () =>
    expect(parse(`12 5.25 ftruncate(9<${path}>, 32768) = 0 <0.1>`)).toMatchObject([{ what: { truncateTo: 32_768 } }]));
  test("in two halves", () =>
    expect(
      parse(
        `12 5.25 fsync(9<${path}> <unfinished ...>`,
        "13 5.3 exit(0) = ?",
        `12 5.5 <... fsync resumed>) = 0 <0.25>`,
      ),
    ).toMatchObject([undefined, undefined, { beganAt: 5.25, endedAt: 5.5, what: "sync" }]));
});
