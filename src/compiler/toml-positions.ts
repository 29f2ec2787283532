/** A path in the document as a map key. */
export function pathKey(path: readonly (string | number)[]): string {
  return JSON.stringify(path);
}

/**
 * Offsets of the keys and list items of a TOML document, by path (`pathKey(["workflows", 0, "name"])`).
 *
 * The document must already have been accepted by a real parser: this scan only finds where things stand and takes
 * their validity for granted. What it cannot place is simply absent.
 */
export function findTomlPositions(text: string): ReadonlyMap<string, number> {
  return new Scanner(text).scan();
}

type Path = readonly (string | number)[];

class Scanner {
  readonly #text: string;
  readonly #positions = new Map<string, number>();
  /** How many `[[x]]` headers a path has had. */
  readonly #tables = new Map<string, number>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, number> {
    let table: Path = [];
    for (;;) {
      this.#skipBlank();
      if (this.#at >= this.#text.length) return this.#positions;
      const before = this.#at;
      if (this.#peek() === "[") table = this.#header();
      else this.#pair(table);
      // A document that this scan does not understand ends it; positions found so far stay good.
      if (this.#at === before) return this.#positions;
    }
  }

  /** `[a.b]` or `[[a.b]]`; answers the path that the following pairs belong to. */
  #header(): Path {
    const start = this.#at;
    const isList = this.#text.startsWith("[[", this.#at);
    this.#at += isList ? 2 : 1;
    this.#skipSpace();
    const names = this.#key().map(({ name }) => name);
    this.#skipSpace();
    this.#at += isList ? 2 : 1;
    let path: Path = [];
    for (const [index, name] of names.entries()) {
      path = [...path, name];
      const seen = this.#tables.get(pathKey(path));
      if (isList && index === names.length - 1) {
        const next = seen === undefined ? 0 : seen + 1;
        this.#tables.set(pathKey(path), next);
        this.#mark(path, start);
        path = [...path, next];
      } else if (seen !== undefined) {
        path = [...path, seen];
      }
      this.#mark(path, start);
    }
    return path;
  }

  #pair(table: Path): void {
    let path = table;
    for (const { name, offset } of this.#key()) {
      path = [...path, name];
      this.#mark(path, offset);
    }
    this.#skipSpace();
    if (this.#peek() !== "=") return;
    this.#at += 1;
    this.#skipSpace();
    this.#value(path);
  }

  #key(): { name: string; offset: number }[] {
    const parts: { name: string; offset: number }[] = [];
    for (;;) {
      this.#skipSpace();
      const offset = this.#at;
      const quote = this.#peek();
      if (quote === '"' || quote === "'") {
        parts.push({ name: this.#string(), offset });
      } else {
        const bare = /[\w-]*/y;
        bare.lastIndex = this.#at;
        const name = bare.exec(this.#text)?.[0] ?? "";
        this.#at += name.length;
        parts.push({ name, offset });
      }
      this.#skipSpace();
      if (this.#peek() !== ".") return parts;
      this.#at += 1;
    }
  }

  #value(path: Path): void {
    switch (this.#peek()) {
      case '"':
      case "'":
        this.#string();
        return;
      case "[":
        this.#list(path);
        return;
      case "{":
        this.#inlineTable(path);
        return;
      default: {
        const bare = /[^,\]}#\r\n]*/y;
        bare.lastIndex = this.#at;
        this.#at += bare.exec(this.#text)?.[0].length ?? 0;
      }
    }
  }

  #list(path: Path): void {
    this.#at += 1;
    for (let index = 0; ; index++) {
      this.#skipBlank();
      if (this.#closes("]")) return;
      const before = this.#at;
      this.#mark([...path, index], this.#at);
      this.#value([...path, index]);
      this.#skipBlank();
      if (this.#peek() === ",") this.#at += 1;
      if (this.#at === before) return;
    }
  }

  #inlineTable(path: Path): void {
    this.#at += 1;
    for (;;) {
      this.#skipBlank();
      if (this.#closes("}")) return;
      const before = this.#at;
      this.#pair(path);
      this.#skipBlank();
      if (this.#peek() === ",") this.#at += 1;
      if (this.#at === before) return;
    }
  }

  /** Any of the four kinds of string; its value matters only for keys, which are one-line strings. */
  #string(): string {
    const quote = this.#peek();
    const isLong = this.#text.startsWith(quote.repeat(3), this.#at);
    const close = isLong ? quote.repeat(3) : quote;
    const start = this.#at + close.length;
    let end = start;
    while (end < this.#text.length && !this.#text.startsWith(close, end)) {
      end += quote === '"' && this.#text[end] === "\\" ? 2 : 1;
    }
    this.#at = end + close.length;
    // A long string may end with up to two quotes of its own before the closing three.
    if (isLong) this.#skipAll(quote);
    const raw = this.#text.slice(start, end);
    return quote === '"' && !isLong ? unescape(raw) : raw;
  }

  #closes(bracket: string): boolean {
    if (this.#at >= this.#text.length) return true;
    if (this.#peek() !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #mark(path: Path, offset: number): void {
    const key = pathKey(path);
    if (!this.#positions.has(key)) this.#positions.set(key, offset);
  }

  #skipAll(character: string): void {
    while (this.#peek() === character) this.#at += 1;
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #skipSpace(): void {
    while (this.#peek() === " " || this.#peek() === "\t") this.#at += 1;
  }

  #skipBlank(): void {
    const blank = /(?:\s|#[^\n]*)*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#text)?.[0].length ?? 0;
  }
}

function unescape(raw: string): string {
  if (!raw.includes("\\")) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    // TOML has a few escapes that JSON lacks (\e, \x, \U); such a key stays without a place.
    return raw;
  }
}
