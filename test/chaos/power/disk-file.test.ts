import { describe, expect, test } from "vitest";
import { Random } from "../plan/random.ts";
import { fileAfter, type Loss } from "./disk-file.ts";
import type { DiskCall, DiskDeed } from "./strace-line.ts";

const call = (what: DiskDeed, beganAt: number, tookS = 0.1): DiskCall => ({
  path: "/f",
  beganAt,
  endedAt: beganAt + tookS,
  what,
});
const write = (text: string, at: number, time: number): DiskCall => call({ write: Buffer.from(text), at }, time);
const sync = (time: number): DiskCall => call("sync", time, 0.5);

const loseAll = (at: number): Loss => ({ at, survival: "nothing", random: new Random(1, "loss") });
const after = (calls: readonly DiskCall[], loss: Loss, ofFolder: readonly DiskCall[] = [], before?: string) =>
  fileAfter(before === undefined ? undefined : Buffer.from(before), calls, ofFolder, loss)?.toString("utf8");

describe("a file after a loss of power", () => {
  const dots = (calls: readonly DiskCall[], loss: Loss) => after(calls, loss, [], "....");

  test("has what was brought to disk", () => expect(dots([write("ab", 1, 1), sync(2)], loseAll(3))).toBe(".ab."));
  test("has not what was not", () =>
    expect(dots([write("ab", 1, 1), sync(2), write("cd", 1, 3)], loseAll(4))).toBe(".ab."));
  test("has not what was only about to be", () =>
    expect(dots([write("ab", 1, 1), sync(2)], loseAll(2.2))).toBe("...."));
  test("is as long as it became", () => expect(dots([write("ab", 4, 1), sync(2)], loseAll(3))).toBe("....ab"));
  test("is cut where it was cut", () =>
    expect(dots([write("ab", 1, 1), call({ truncateTo: 2 }, 1.5), sync(2)], loseAll(3))).toBe(".a"));
  test("has less on a disk that lies", () => {
    const calls = [write("ab", 0, 1), sync(2), write("cd", 2, 3), sync(4)];
    expect(dots(calls, loseAll(5))).toBe("abcd");
    expect(dots(calls, { ...loseAll(5), believedUntil: 3 })).toBe("ab..");
  });
  test("may have any sectors of the rest, and none of them in part", () => {
    const loss: Loss = { ...loseAll(2), survival: "anything" };
    const seen = after([write("x".repeat(4096), 0, 1)], loss, [], ".".repeat(4096)) ?? "";
    const sectors = Array.from({ length: 8 }, (_, index) => seen.slice(512 * index, 512 * (index + 1)));
    expect(new Set(sectors)).toEqual(new Set(["x".repeat(512), ".".repeat(512)]));
  });
});

describe("the entry of a file in its folder", () => {
  const made = [call("create", 1), write("ab", 0, 1.2), sync(1.4)];

  test("is there when the folder was brought to disk after it was made", () =>
    expect(after(made, loseAll(4), [sync(3)])).toBe("ab"));
  test("is not there when it was not", () => {
    expect(after(made, loseAll(4))).toBeUndefined();
    expect(after(made, loseAll(4), [sync(0.5)])).toBeUndefined();
  });
  test("is gone when the folder was brought to disk after it was removed", () =>
    expect(after([call("unlink", 1)], loseAll(4), [sync(3)], "....")).toBeUndefined());
  test("is back when it was not", () => expect(after([call("unlink", 1)], loseAll(4), [], "....")).toBe("...."));
  test("is of the file that was made last", () => {
    const again = [...made, call("unlink", 2), call("create", 2.2), write("cd", 0, 2.4), sync(2.6)];
    expect(after(again, loseAll(5), [sync(1.9), sync(4)])).toBe("cd");
    expect(after(again, loseAll(3.5), [sync(1.9)])).toBe("ab");
  });
  test("stays when a file that is there is opened", () =>
    expect(after([call("create", 1)], loseAll(4), [], "....")).toBe("...."));
});
