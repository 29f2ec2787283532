import { Items, Name, Properties, shapeOf } from "./json-shapes.ts";

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export interface JsonView {
  value: JsonValue;
  /** Not everything is shown; where something is missing stands how much. */
  isCut: boolean;
}

/** Of one value, in characters of JSON text. */
export const MAX_VIEW_CHARACTERS = 65_536;

/** A value that is cut gets this much room at least: it holds every mark. */
const MIN_ROOM = 64;
/** The mark at the end of a list or an object. */
const MARK_ROOM = 40;

/** Values can be nested deeper than a reader would follow, and than JSON's own recursion bears. */
const MAX_DEPTH = 200;

/**
 * A value as people and programs outside the Worker see it: JSON of at most `maxCharacters`. What JSON cannot say gets
 * a name in square brackets, which says what it is and, where that can be shown, what is in it; the names are
 * Cloudflare's where it has one.
 *
 * | value | view |
 * |---|---|
 * | `Date` | its ISO text, or `"[Invalid Date]"` |
 * | `undefined`, a hole in an array | `"[undefined]"`, `"[empty]"` |
 * | `NaN`, `-Infinity`, `-0`, `5n` | `"[NaN]"`, `"[-Infinity]"`, `"[-0]"`, `"[BigInt(5)]"` |
 * | `Map`, `Headers`, `Set` | `{"[Map(1)]": [["key", "value"]]}`, `{"[Set(1)]": ["item"]}` |
 * | typed arrays, buffers, blobs | `"[Uint8Array(2 bytes)]"`, `"[ArrayBuffer(2 bytes)]"`, `"[Blob(2 bytes)]"` |
 * | `/a/g`, `new Number(5)` | `"[RegExp(/a/g)]"`, `"[Number(5)]"` |
 * | `TypeError("boom")` | `"[TypeError: boom]"`, with further properties `{"[TypeError: boom]": {"cause": …}}` |
 * | an array with further properties | `{"[Array(1)]": ["item"], "name": …}` |
 * | a value inside itself | `"[Circular]"` |
 * | anything else | `"[ReadableStream]"`, `"[Function]"`, `"[Symbol(x)]"` |
 *
 * A text that looks like such a name stays as it is: a view is for reading, not for getting the value back.
 *
 * What fits is shown whole. Else what is long says at its end how much is missing: `"abc…[+95 characters]"`,
 * `["a", "[… 95 more items]"]`, `{"a": 1, "[…]": "95 more properties"}`; what is nested very deep is named.
 */
export function jsonView(value: unknown, maxCharacters = MAX_VIEW_CHARACTERS): JsonView {
  const room = Math.max(maxCharacters, MIN_ROOM);
  const whole = new Renderer(false);
  const shown = whole.render(value, room);
  if (!whole.isCut) return { value: shown, isCut: false };
  return { value: new Renderer(true).render(value, room), isCut: true };
}

/** The text with as many of its characters as fit in `room` characters of JSON; at its end how many are missing. */
export function cutText(text: string, room: number): string {
  // At least one character each, and two quotes.
  if (text.length + 2 <= room && jsonLength(text) <= room) return text;
  for (let length = Math.min(text.length, Math.max(0, room - 2)); ;) {
    const kept = wholeCharacters(text.slice(0, length));
    const cut = `${kept}…[+${text.length - kept.length} characters]`;
    const excess = jsonLength(cut) - room;
    if (excess <= 0 || length === 0) return cut;
    // One character less saves six at most, where it is escaped.
    length = Math.max(0, length - Math.ceil(excess / 6));
  }
}

/** Without the first half of a pair of surrogates at its end. */
function wholeCharacters(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}

function jsonLength(value: string | number): number {
  return JSON.stringify(value).length;
}

/** Renders one value, either whole, giving up at the first thing that does not fit, or with what does not fit cut. */
class Renderer {
  isCut = false;
  #used = 0;
  readonly #cuts: boolean;
  readonly #ancestors = new Set<object>();

  constructor(cuts: boolean) {
    this.#cuts = cuts;
  }

  /** Takes at most `room` characters. Whoever cuts gives at least MIN_ROOM. */
  render(value: unknown, room: number): JsonValue {
    if (value === null || typeof value === "boolean") return this.#take(value, String(value).length, room);
    if (typeof value === "string") return this.#text(value, room);
    if (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0)) {
      return this.#take(value, jsonLength(value), room);
    }
    if (typeof value !== "object") return this.#shape(value, room);
    if (this.#ancestors.has(value)) return this.#text("[Circular]", room);
    this.#ancestors.add(value);
    const shown = this.#shape(value, room);
    this.#ancestors.delete(value);
    return shown;
  }

  #take<T extends JsonValue>(value: T, characters: number, room: number): T {
    this.#used += characters;
    if (characters > room) this.isCut = true;
    return value;
  }

  #text(text: string, room: number): string {
    if (text.length + 2 > room) {
      this.isCut = true;
      if (!this.#cuts) return "";
    }
    const shown = this.#cuts ? cutText(text, room) : text;
    return this.#take(shown, jsonLength(shown), room);
  }

  #shape(value: unknown, room: number): JsonValue {
    const shape = shapeOf(value);
    if (shape instanceof Name) return this.#text(shape.text, room);
    const size = shape instanceof Items ? shape.size : shape.keys.length;
    if (this.#ancestors.size > MAX_DEPTH) {
      this.isCut = true;
      return this.#text(shape instanceof Items ? `[Array(${size} items)]` : `[Object(${size} properties)]`, room);
    }
    const end = this.#used + room;
    this.#take(null, 2, room);
    return shape instanceof Items ? this.#list(shape, end) : this.#record(shape, end);
  }

  #list({ items, size }: Items, end: number): JsonValue[] {
    const shown: JsonValue[] = [];
    for (const item of items) {
      const room = this.#roomFor(end, size - shown.length, 1);
      if (room === undefined) {
        shown.push(this.#take(`[… ${size - shown.length} more items]`, MARK_ROOM, MARK_ROOM));
        break;
      }
      shown.push(this.render(item, room));
      if (this.isCut && !this.#cuts) break;
    }
    return shown;
  }

  #record({ keys, get }: Properties, end: number): { [key: string]: JsonValue } {
    const shown: { [key: string]: JsonValue } = {};
    for (const [index, key] of keys.entries()) {
      const room = this.#roomFor(end, keys.length - index, jsonLength(key) + 2);
      if (room === undefined) {
        set(shown, unused("[…]", shown), this.#take(`${keys.length - index} more properties`, MARK_ROOM, MARK_ROOM));
        break;
      }
      set(shown, key, this.render(get(key), room));
      if (this.isCut && !this.#cuts) break;
    }
    return shown;
  }

  /**
   * Room for the next of `left` values, after the `before` characters in front of it, which are taken. Whoever cuts
   * leaves some to those that follow, and gives nothing when it is time for the mark.
   */
  #roomFor(end: number, left: number, before: number): number | undefined {
    const room = end - this.#used - before;
    if (!this.#cuts) {
      this.#used += before;
      return room;
    }
    const spare = left === 1 ? 0 : MARK_ROOM + Math.min((left - 1) * MIN_ROOM, Math.floor((room - MARK_ROOM) / 2));
    if (room - spare < MIN_ROOM) {
      this.isCut = true;
      return undefined;
    }
    this.#used += before;
    return room - spare;
  }
}

/** Also for a property named `__proto__`. */
function set(target: object, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function unused(key: string, target: object): string {
  return Object.hasOwn(target, key) ? unused(`${key}…`, target) : key;
}
