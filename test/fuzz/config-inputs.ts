import fc from "fast-check";
import { stringify } from "smol-toml";

/** A configuration that uses every section that is read; every fault in it is one that a mutation has put there. */
const VALID = {
  $schema: "node_modules/wrangler/config-schema.json",
  name: "app",
  main: "main.ts",
  compatibility_date: "2026-06-11",
  compatibility_flags: ["nodejs_compat"],
  tsconfig: "tsconfig.json",
  minify: false,
  rules: [{ type: "Text", globs: ["**/*.md"], fallthrough: true }],
  alias: { left: "./right.ts" },
  define: { VERSION: '"1"' },
  build: { command: "true", cwd: ".", watch_dir: "src" },
  assets: { directory: "public", binding: "ASSETS", not_found_handling: "404-page", run_worker_first: ["/api/*"] },
  durable_objects: { bindings: [{ name: "ROOM", class_name: "Room" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Room"] }],
  workflows: [
    {
      binding: "JOB",
      name: "job",
      class_name: "Job",
      limits: { steps: 100 },
      schedules: ["*/5 * * * *"],
      concurrency: { limit: 3 },
      default_retention: { success_retention: "1 day", error_retention: 60_000 },
    },
  ],
  vars: { TEXT: "a", NUMBER: 1, NESTED: { deep: [1, "two", { three: null }] } },
  secrets: { required: ["TOKEN"] },
  observability: { enabled: true },
  env: { staging: { name: "app-staging", vars: { TEXT: "b" } } },
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Place = (string | number)[];

function placesIn(value: unknown, path: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    placesIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
}

/** Strings that are more trouble than others. */
const trouble = fc.constantFrom(
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "../../../etc/passwd",
  "/proc/self/environ",
  "/dev/zero/x",
  "~/x",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "PAWL_ENGINE",
  "${TEXT}",
  "$(rm -rf x)",
  "*".repeat(200),
  "(".repeat(200),
  "{a,b}".repeat(20),
  "99999999999999999999 days",
  "-1 second",
  "0 0 0 0 0",
  "* * 31 2 *",
  "60 24 * * *",
  "é".repeat(300),
  "x".repeat(100_000),
  "\u001b[2Jescape",
);

const value: fc.Arbitrary<unknown> = fc.oneof(
  trouble,
  fc.string({ unit: "binary" }),
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, [[]], [null]),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
);
const key = fc.oneof(
  trouble,
  fc.string(),
  fc.constantFrom("nmae", "mian", "workflow", "ai", "d1_databases", "triggers", "site"),
);

type Mutation = (config: Json, choice: Place[]) => Json;

/** One change somewhere in it: something else, nothing, something more, or another name. */
const mutation: fc.Arbitrary<Mutation> = fc
  .record({ at: fc.nat(), kind: fc.constantFrom("replace", "drop", "add", "rename", "repeat", "wrap"), value, key })
  .map(({ at, kind, value: other, key: name }) => (config, places) => {
    const place = places[at % places.length] ?? [];
    const last = place.at(-1);
    if (last === undefined) return kind === "replace" && at % 20 === 0 ? (other as Json) : config;
    const copy = structuredClone(config);
    let parent: unknown = copy;
    for (const part of place.slice(0, -1)) parent = Reflect.get(parent as object, part);
    const holder = parent as Record<string | number, unknown>;
    const old = holder[last];
    if (kind === "replace") holder[last] = other;
    else if (kind === "wrap") holder[last] = [old];
    else if (kind === "repeat")
      holder[last] = Array.isArray(old) ? [...(old as unknown[]), ...(old as unknown[])] : [old, old];
    else if (Array.isArray(holder))
      holder.splice(Number(last), kind === "add" ? 0 : 1, ...(kind === "add" ? [other] : []));
    else {
      if (kind !== "add") delete holder[last];
      if (kind !== "drop")
        Object.defineProperty(holder, name, {
          value: kind === "add" ? other : old,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
    return copy;
  });

const config = fc.array(mutation, { minLength: 0, maxLength: 4 }).map((mutations) => {
  let made: Json = VALID;
  for (const mutate of mutations) made = mutate(made, placesIn(made));
  return made;
});

/** A change of the text itself, as an editor that crashed, a merge or a wrong encoding make it. */
const textMutation: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.constant((bytes: Buffer) => bytes) },
  fc.nat().map((at) => (bytes: Buffer) => bytes.subarray(0, at % (bytes.length + 1))),
  fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 20 }) }).map(
    ({ at, bytes: inserted }) =>
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, at % bytes.length), inserted, bytes.subarray(at % bytes.length)]),
  ),
  fc
    .record({
      at: fc.nat(),
      text: fc.constantFrom(
        '"',
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "//",
        "/*",
        "=",
        "'''",
        '"""',
        "\\",
        "\n",
        "#",
        "[[x]]\n",
        "<<<<<<< HEAD\n",
      ),
    })
    .map(
      ({ at, text }) =>
        (bytes: Buffer) =>
          Buffer.concat([bytes.subarray(0, at % bytes.length), Buffer.from(text), bytes.subarray(at % bytes.length)]),
    ),
  fc.constant((bytes: Buffer) => Buffer.concat([Buffer.from("\uFEFF"), bytes])),
  fc.constant((bytes: Buffer) => Buffer.from(bytes.toString("utf8"), "utf16le")),
  fc.constant((bytes: Buffer) => Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r\n"))),
  fc.constant((bytes: Buffer) => Buffer.from(bytes.toString("utf8").replaceAll("\n", "\r"))),
);

export interface ConfigInput {
  readonly name: string;
  readonly bytes: Buffer;
}

export const configInput: fc.Arbitrary<ConfigInput> = fc
  .record({ config, format: fc.constantFrom("json", "jsonc", "toml"), textMutation })
  .map(({ config: made, format, textMutation: mutate }) => ({
    name: `wrangler.${format}`,
    bytes: mutate(Buffer.from(format === "toml" ? tomlOf(made) : JSON.stringify(made, undefined, 2))),
  }));

/** What TOML cannot say is left out. */
function tomlOf(made: Json): string {
  try {
    return stringify(withoutNull(made));
  } catch {
    return 'name = "app"\n';
  }
}

function withoutNull(given: Json): unknown {
  if (Array.isArray(given)) return given.filter((item) => item !== null).map(withoutNull);
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, item]) => (item === null ? [] : [[name, withoutNull(item)]])),
  );
}

/** Files that are only large, or only deep. */
export const HUGE: readonly (readonly [string, ConfigInput])[] = [
  ["nested arrays", { name: "wrangler.jsonc", bytes: Buffer.from("[".repeat(200_000)) }],
  [
    "nested arrays that are closed",
    { name: "wrangler.jsonc", bytes: Buffer.from(`{"vars":{"A":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`) },
  ],
  [
    "nested objects",
    { name: "wrangler.json", bytes: Buffer.from('{"vars":'.repeat(50_000) + "1" + "}".repeat(50_000)) },
  ],
  [
    "as many keys as fit",
    {
      name: "wrangler.json",
      bytes: Buffer.from(`{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(",")}}`),
    },
  ],
  [
    "the same key again and again",
    { name: "wrangler.json", bytes: Buffer.from(`{${'"name":"a",'.repeat(50_000)}"name":"a"}`) },
  ],
  [
    "many variables",
    {
      name: "wrangler.json",
      bytes: Buffer.from(
        JSON.stringify({
          name: "app",
          main: "main.ts",
          compatibility_date: "2026-06-11",
          vars: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`K${i}`, i])),
        }),
      ),
    },
  ],
  [
    "many workflows",
    {
      name: "wrangler.json",
      bytes: Buffer.from(
        JSON.stringify({
          name: "app",
          main: "main.ts",
          compatibility_date: "2026-06-11",
          workflows: Array.from({ length: 20_000 }, (_, i) => ({
            binding: `W${i % 5000}`,
            name: `w${i % 5000}`,
            class_name: `W${i}`,
          })),
        }),
      ),
    },
  ],
  ["a huge text", { name: "wrangler.json", bytes: Buffer.from(`{"name":"${"x".repeat(5_000_000)}"}`) }],
  ["nested arrays in TOML", { name: "wrangler.toml", bytes: Buffer.from(`a = ${"[".repeat(100_000)}`) }],
  [
    "nested arrays in TOML that are closed",
    { name: "wrangler.toml", bytes: Buffer.from(`[vars]\na = ${"[".repeat(50_000)}${"]".repeat(50_000)}\n`) },
  ],
  [
    "a long dotted key",
    { name: "wrangler.toml", bytes: Buffer.from(`${Array.from({ length: 50_000 }, () => "a").join(".")} = 1\n`) },
  ],
  [
    "many tables",
    {
      name: "wrangler.toml",
      bytes: Buffer.from(
        Array.from(
          { length: 20_000 },
          (_, i) => `[[workflows]]\nbinding = "W${i}"\nname = "w${i}"\nclass_name = "W"\n`,
        ).join(""),
      ),
    },
  ],
  ["many lines that are none", { name: "wrangler.toml", bytes: Buffer.from("\n".repeat(1_000_000)) }],
  ["comments without an end", { name: "wrangler.jsonc", bytes: Buffer.from("/*".repeat(500_000)) }],
  ["errors without an end", { name: "wrangler.jsonc", bytes: Buffer.from(`{${"}:,".repeat(200_000)}`) }],
];
