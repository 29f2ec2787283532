import fc, { type Arbitrary } from "fast-check";
import { type Plain, PLAIN, type Recipe } from "../fixtures/fuzz-app/recipe.ts";

const plain: Arbitrary<Recipe> = fc.constantFrom(...PLAIN).map((name) => plainly(name));

export function plainly(name: Plain): Recipe {
  return { kind: "plain", name };
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "a".repeat(100),
    "a".repeat(257),
    "a b",
    "${x}",
    "'; DROP TABLE runs; --",
    "%00",
    "\u202e",
    "a/b",
    ".",
    "..",
  ),
);

const json: Arbitrary<Recipe> = fc
  .oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 3 }))
  .map((value): Recipe => ({ kind: "json", value }));

const size: Arbitrary<Recipe> = fc.oneof(
  fc.constantFrom(10, 100_000, 1_048_577, 3_000_000).map((bytes): Recipe => ({ kind: "long text", size: bytes })),
  fc.constantFrom(10, 100_000, 1_048_577, 3_000_000).map((bytes): Recipe => ({ kind: "bytes", size: bytes })),
  fc.constantFrom(10, 999, 5000, 200_000).map((depth): Recipe => ({ kind: "deep array", size: depth })),
  fc.constantFrom(10, 999, 5000, 200_000).map((depth): Recipe => ({ kind: "deep object", size: depth })),
  fc.constantFrom(10, 100_000).map((width): Recipe => ({ kind: "wide object", size: width })),
);

const key = fc.oneof(
  text,
  fc.constantFrom(
    "id",
    "params",
    "type",
    "payload",
    "retries",
    "limit",
    "delay",
    "timeout",
    "then",
    "toJSON",
    "length",
    "0",
  ),
);

const { recipe } = fc.letrec<{ recipe: Recipe }>((tie) => ({
  recipe: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 5, arbitrary: plain },
    { weight: 4, arbitrary: json },
    { weight: 1, arbitrary: size },
    {
      weight: 1,
      arbitrary: fc.array(tie("recipe"), { maxLength: 4 }).map((items): Recipe => ({ kind: "array", items })),
    },
    {
      weight: 2,
      arbitrary: fc
        .array(fc.tuple(key, tie("recipe")), { maxLength: 4 })
        .map((entries): Recipe => ({ kind: "object", entries })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("map" as const, "set" as const),
        items: fc.array(tie("recipe"), { maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: key.map((name): Recipe => ({ kind: "thrown by a getter", key: name })) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("promise" as const, "thenable twice" as const, "proxied" as const),
        inner: tie("recipe"),
      }),
    },
  ),
}));

/** Anything at all. */
export const anything: Arbitrary<Recipe> = recipe;

export function value(given: unknown): Arbitrary<Recipe> {
  return fc.constant<Recipe>({ kind: "json", value: given });
}

/** An object with these keys; now and then one of them is missing, or something else. */
export function shaped(shape: Readonly<Record<string, Arbitrary<Recipe>>>): Arbitrary<Recipe> {
  const entries = Object.entries(shape).map(([name, inner]) =>
    fc.option(
      fc.tuple(fc.constant(name), fc.oneof({ weight: 4, arbitrary: inner }, { weight: 1, arbitrary: recipe })),
      { freq: 8, nil: undefined },
    ),
  );
  return fc
    .tuple(...entries)
    .map((all): Recipe => ({ kind: "object", entries: all.filter((entry) => entry !== undefined) }));
}

export function listOf(inner: Arbitrary<Recipe>): Arbitrary<Recipe> {
  return fc.array(inner, { maxLength: 5 }).map((items): Recipe => ({ kind: "array", items }));
}

/** Durations in every spelling. */
export const duration: Arbitrary<Recipe> = fc
  .oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom<unknown>(
      "1 second",
      "5 years",
      "-1 second",
      "1 fortnight",
      "",
      "second",
      0,
      -1,
      1e308,
      "1e400 seconds",
      "0x10 seconds",
      true,
    ),
  )
  .map((given): Recipe => ({ kind: "json", value: given }));
