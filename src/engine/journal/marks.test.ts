import fc from "fast-check";
import { expect, test } from "vitest";
import { Marks, timeOf } from "./marks.ts";

test("marks grow, however many are taken in one millisecond, and tell the time", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 500 }), (counts) => {
      const marks = new Marks();
      let free = 0;
      for (const count of counts) {
        const before = Date.now();
        const mark = marks.next(count);
        expect(mark).toBeGreaterThanOrEqual(free);
        expect(timeOf(mark)).toBeGreaterThanOrEqual(before);
        expect(Number.isSafeInteger(mark)).toBe(true);
        free = mark + count;
      }
    }),
  );
});
