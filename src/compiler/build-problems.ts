import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Message } from "esbuild";
import { codeFrame } from "./code-frame.ts";
import type { BuildProblem, FilePlace } from "./errors.ts";
import { formatPlace } from "./errors.ts";
import { isInRuntime, nodeModuleName } from "./node-compat.ts";

/** The bundler's messages as problems of the user's project: located, with a frame of code, one for each cause. */
export function toProblems(messages: readonly Message[], workingDir: string): BuildProblem[] {
  const missing = new Map<string, FilePlace[]>();
  const nodeModules = new Map<string, FilePlace | undefined>();
  const problems: BuildProblem[] = [];
  for (const message of messages) {
    const place = placeOf(message, workingDir);
    const specifier = /^Could not resolve "(.+)"$/.exec(message.text)?.[1];
    const nodeModule = specifier === undefined ? undefined : nodeModuleName(specifier);
    const isSubpath = message.notes.some((note) => /is not (?:exported|defined)/.test(note.text));
    if (nodeModule !== undefined && isInRuntime(nodeModule)) {
      if (!nodeModules.has(nodeModule)) nodeModules.set(nodeModule, place);
    } else if (specifier !== undefined && place !== undefined && isPackage(specifier) && !isSubpath) {
      const name = packageOf(specifier);
      missing.set(name, [...(missing.get(name) ?? []), place]);
    } else {
      problems.push(problem(explain(message), place));
    }
  }
  for (const [name, places] of missing) problems.push(missingPackage(name, places));
  if (nodeModules.size > 0) problems.push(needsNodeCompat(nodeModules));
  return problems;
}

/** Makes a problem with a frame of its source, when that can be read. */
export function problem(text: string, place: FilePlace | undefined): BuildProblem {
  if (place === undefined) return { text };
  // A package's source, often minified, tells nobody anything.
  const frame = importerOf(place.file) === undefined ? frameOf(place) : undefined;
  return frame === undefined ? { text, place } : { text, place, frame };
}

function missingPackage(name: string, places: readonly FilePlace[]): BuildProblem {
  const importers = [...new Set(places.map((place) => importerOf(place.file)))];
  const [first] = places;
  const through = importers.filter((importer) => importer !== undefined);
  const reason =
    through.length === importers.length && through.length > 0
      ? ` It is needed by ${through.map((importer) => `"${importer}"`).join(" and ")}, which leaves it to the project to install.`
      : "";
  const own = places.slice(1).filter((place) => importerOf(place.file) === undefined);
  const others = own.length > 0 ? ` It is also imported in ${listOf(own)}.` : "";
  return problem(`The package "${name}" is not installed.${reason}${others} Run: npm install ${name}`, first);
}

function needsNodeCompat(modules: ReadonlyMap<string, FilePlace | undefined>): BuildProblem {
  const names = [...modules.keys()].map((name) => `node:${name}`).join(", ");
  const places = [...modules.values()].filter((place) => place !== undefined);
  const own = places.find((place) => importerOf(place.file) === undefined);
  const packages = [...new Set(places.map((place) => importerOf(place.file)))].filter((name) => name !== undefined);
  const through = packages.length === 0 ? "" : `, through ${packages.map((name) => `"${name}"`).join(" and ")}`;
  return problem(
    `The Worker imports modules of Node (${names}${through}), which need the compatibility flag "nodejs_compat". Add to the configuration: "compatibility_flags": ["nodejs_compat"]`,
    own,
  );
}

function explain(message: Message): string {
  const extension = /^No loader is configured for "(\.[^"]+)" files/.exec(message.text)?.[1];
  if (extension !== undefined) {
    return `There is no rule how "${extension}" files are imported. Add one, for example "rules": [{ "type": "Data", "globs": ["**/*${extension}"] }], or put the file into the assets folder.`;
  }
  const notes = message.notes.map((note) => {
    const place =
      note.location === null ? "" : ` (${note.location.file}:${note.location.line}:${note.location.column + 1})`;
    return note.text === "" ? "" : `\n${note.text}${place}`;
  });
  const ending = /[.!?)]$/.test(message.text) ? "" : ".";
  return `${message.text}${ending}${notes.join("")}`;
}

function placeOf(message: Message, workingDir: string): FilePlace | undefined {
  const { location } = message;
  // Modules that the compiler makes up have a namespace and no place that would help anybody.
  if (location === null || location.namespace.startsWith("pawl")) return undefined;
  // esbuild counts columns in bytes.
  const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length + 1;
  return { file: resolve(workingDir, location.file), line: location.line, column };
}

function frameOf(place: FilePlace): string | undefined {
  try {
    return codeFrame(readFileSync(place.file, "utf8"), place.line, place.column);
  } catch {
    // The frame is an extra: a source that cannot be read leaves the message as it is.
    return undefined;
  }
}

function isPackage(specifier: string): boolean {
  return (
    !specifier.startsWith(".") && !specifier.startsWith("/") && !specifier.startsWith("#") && !specifier.includes(":")
  );
}

/** `@scope/name/deep` → `@scope/name`. */
function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The package that a file belongs to; undefined for the user's own. */
function importerOf(file: string): string | undefined {
  const below = file
    .split(/[\\/]node_modules[\\/]/)
    .slice(1)
    .at(-1);
  return below === undefined ? undefined : packageOf(below.replaceAll("\\", "/"));
}

function listOf(places: readonly FilePlace[]): string {
  const shown = places.slice(0, 3).map(formatPlace).join(", ");
  return places.length > 3 ? `${shown} and ${places.length - 3} more places` : shown;
}
