/** One of each kind that structured clone knows, made anew at each use. */
export const valueKinds: readonly (readonly [what: string, make: () => unknown])[] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["true", () => true],
  ["zero", () => 0],
  ["minus zero", () => -0],
  ["NaN", () => Number.NaN],
  ["Infinity", () => Number.POSITIVE_INFINITY],
  ["minus Infinity", () => Number.NEGATIVE_INFINITY],
  ["a fraction", () => 0.1 + 0.2],
  ["a BigInt", () => 2n ** 70n],
  ["an empty string", () => ""],
  ["text beyond ASCII", () => "ü 漢 🐾 \u0000 \u2028"],
  ["a lone surrogate", () => "\ud800"],
  ["an empty object", () => ({})],
  ["an empty array", () => []],
  ["properties that are undefined", () => ({ a: undefined, b: null })],
  ["a nested object", () => ({ a: { b: [1, { c: "d" }] } })],
  ["a sparse array", () => [1, , 3]], // oxlint-disable-line no-sparse-arrays
  ["an array with undefined", () => [undefined, 1]],
  ["a Date", () => new Date(1_700_000_000_000)],
  ["an invalid Date", () => new Date(Number.NaN)],
  ["a RegExp", () => /a+b/gi],
  [
    "a Map",
    () =>
      new Map<unknown, unknown>([
        ["a", 1],
        [{ k: 1 }, new Map()],
      ]),
  ],
  ["a Set", () => new Set<unknown>([1, "1", new Set([2])])],
  ["a Uint8Array", () => new Uint8Array([1, 2, 255])],
  ["an Int16Array", () => new Int16Array([-1, 2])],
  ["a Float64Array", () => new Float64Array([0.5, Number.NaN])],
  ["a BigInt64Array", () => new BigInt64Array([5n])],
  ["an ArrayBuffer", () => new Uint8Array([7, 8]).buffer],
  ["a DataView", () => new DataView(new Uint8Array([1, 2, 3]).buffer, 1)],
  ["an Error", () => new Error("kept")],
  ["a TypeError", () => new TypeError("kept")],
  ["an Error with properties", () => Object.assign(new Error("kept"), { code: 7, list: [1] })],
  ["an Error with a cause", () => new Error("kept", { cause: new RangeError("why") })],
  ["an AggregateError", () => new AggregateError([new Error("one")], "kept")],
  ["a DOMException", () => new DOMException("kept", "AbortError")],
  ["Headers", () => new Headers({ a: "b" })],
  ["a Blob", () => new Blob(["text"], { type: "text/plain" })],
  ["a File", () => new File(["text"], "name.txt")],
  ["a view of a part of a buffer", () => new Uint8Array(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
  ["an array with a property of its own", () => Object.assign([1, 2], { name: "x" })],
  ["a boxed boolean", () => Object(false)],
  ["a boxed BigInt", () => Object(5n)],
  ["a boxed number", () => Object(5)],
  ["a boxed string", () => Object("x")],
  ["values of many kinds in one", () => ({ map: new Map([["k", new Set([1n])]]), at: new Date(0), none: undefined })],
  ["a property called __proto__", () => JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as unknown],
  ["a property called toJSON", () => ({ toJSON: 1, a: new Date(0) })],
  [
    "an object without a prototype",
    () => {
      const bare: object = Object.create(null) as object;
      Reflect.set(bare, "a", 1);
      return bare;
    },
  ],
  [
    "one object twice",
    () => {
      const shared = { a: 1 };
      return [shared, shared];
    },
  ],
  [
    "a circular object",
    () => {
      const circular: Record<string, unknown> = { a: 1 };
      circular["self"] = circular;
      return circular;
    },
  ],
];

/** What cannot be kept. */
export const unkeepable: readonly (readonly [what: string, make: () => unknown])[] = [
  ["a function", () => () => 1],
  ["an object with a function", () => ({ f: () => 1 })],
  ["a symbol", () => Symbol("s")],
  ["an object with a symbol", () => ({ s: Symbol("s") })],
  ["a Response", () => new Response("body")],
  ["a Request", () => new Request("http://a.test/")],
  ["a promise inside", () => ({ p: Promise.resolve(1) })],
  ["a WeakMap", () => new WeakMap()],
  ["an Error with a function", () => Object.assign(new Error("kept"), { retry: () => 1 })],
  [
    "an Error that is its own cause",
    () => {
      const error = new Error("kept");
      error.cause = error;
      return error;
    },
  ],
  ["a URL", () => new URL("http://a.test/")],
  [
    "an instance of an own class",
    () => {
      class Point {
        x = 1;
      }
      return new Point();
    },
  ],
  [
    "an object that holds an instance of an own class",
    () => {
      class Point {
        x = 1;
      }
      return { point: new Point() };
    },
  ],
];
