import { readFileSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { originalPositionFor, sourceContentFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Bundle } from "./bundle.ts";
import { codeFrame } from "./code-frame.ts";
import { escapeRegExp } from "./escape-reg-exp.ts";
import { type FilePlace, shortPath } from "./errors.ts";

/**
 * Makes a function that turns a stack as workerd prints it into one of the user's own files: `index.js:120:7` becomes
 * `src/app.ts:12:3`, relative to the current folder. Files of packages are shown from `node_modules` on, the engine's
 * as `pawl/engine/…`. What the source map does not know stays as it is.
 *
 * The source map is read when the first frame of the bundle is met.
 *
 * @throws when the source map cannot be read.
 */
export function createStackMapper(bundle: Bundle): (stack: string) => string {
  const sources = new BundleSources(bundle);
  return (stack) =>
    stack.replaceAll(sources.frame, (text: string, line: string, column: string) => {
      const place = sources.placeOf(Number(line), Number(column));
      return place === undefined ? text : `${displayName(place.file)}:${place.line}:${place.column}`;
    });
}

/**
 * Makes a function that finds the topmost frame of a stack (as workerd prints it) in the user's own sources and
 * answers where that is, with the code around it; undefined when there is no such frame.
 */
export function createFrameFinder(bundle: Bundle): (stack: string) => SourceFrame | undefined {
  const sources = new BundleSources(bundle);
  return (stack) => {
    for (const [, line, column] of stack.matchAll(sources.frame)) {
      const place = sources.placeOf(Number(line), Number(column));
      if (place === undefined || !isUserFile(place.file)) continue;
      const content = sources.contentOf(place);
      if (content !== undefined) return { place, frame: codeFrame(content, place.line, place.column) };
    }
    return undefined;
  };
}

export interface SourceFrame {
  readonly place: FilePlace;
  /** Some lines of source with a marker below the column, ready to print. */
  readonly frame: string;
}

interface SourcePlace extends FilePlace {
  /** As the map names it. */
  readonly source: string;
}

class BundleSources {
  /** `index.js:1:2` up to compatibility dates of 2026, `file:///bundle/index.js:1:2` with the newer module registry. */
  readonly frame: RegExp;
  readonly #file: string;
  #map: TraceMap | undefined;

  constructor(bundle: Bundle) {
    const name = escapeRegExp(bundle.modules[0]?.name ?? "index.js");
    this.frame = new RegExp(
      String.raw`(?<=\(|\bat |\bat async )(?:file:///bundle/|worker/)?${name}:(\d+):(\d+)(?=\)|\s|$)`,
      "g",
    );
    this.#file = bundle.sourceMap;
  }

  placeOf(line: number, column: number): SourcePlace | undefined {
    if (line < 1 || column < 1) return undefined;
    const found = originalPositionFor(this.#open(), { line, column: column - 1 });
    if (found.source === null) return undefined;
    const file = isMade(found.source) ? found.source : resolve(dirname(this.#file), found.source);
    return { file, source: found.source, line: found.line, column: found.column + 1 };
  }

  contentOf(place: SourcePlace): string | undefined {
    return sourceContentFor(this.#open(), place.source) ?? undefined;
  }

  #open(): TraceMap {
    this.#map ??= new TraceMap(readFileSync(this.#file, "utf8"));
    return this.#map;
  }
}

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const ENGINE_FOLDERS = [`${PACKAGE}src${sep}engine${sep}`, `${PACKAGE}dist${sep}engine${sep}`];

function displayName(file: string): string {
  if (isMade(file)) return file;
  const engine = ENGINE_FOLDERS.find((folder) => file.startsWith(folder));
  if (engine !== undefined) return `pawl/engine/${file.slice(engine.length)}`;
  const start = file.lastIndexOf(`${sep}node_modules${sep}`);
  return start === -1 ? shortPath(file) : file.slice(start + 1);
}

function isUserFile(file: string): boolean {
  return (
    !isMade(file) &&
    !file.includes(`${sep}node_modules${sep}`) &&
    !ENGINE_FOLDERS.some((folder) => file.startsWith(folder))
  );
}

/** Modules that the compiler makes up have a namespace for a folder. */
function isMade(source: string): boolean {
  return /^pawl(?:-\w+)?:/.test(source);
}
