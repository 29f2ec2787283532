import { relative } from "node:path";

/**
 * The family of errors that Pawl raises on purpose: a stable `code` for programs, the facts as fields,
 * and a message for people that says what to do next.
 */
export class PawlError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A place in a file: absolute path, 1-based line and column. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a configuration. */
export interface ConfigFault extends FilePlace {
  /** Dotted path of the key, for example `workflows[0].name`; empty when the file as a whole is meant. */
  readonly key: string;
  readonly text: string;
}

/** `code: "config_not_found"`: there is no wrangler configuration at the path that was given. */
export class ConfigNotFoundError extends PawlError {
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super("config_not_found", message, options);
    this.path = path;
  }
}

/** `code: "config_invalid"`: all faults of a project's configuration, in the order of the file. */
export class ConfigError extends PawlError {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[], options?: ErrorOptions) {
    super("config_invalid", describeFaults(faults), options);
    this.faults = faults;
  }
}

/** One message of the bundler, turned to the user's source. */
export interface BuildProblem {
  readonly text: string;
  /** Absent when the problem has no place of its own. */
  readonly place?: FilePlace;
  /** The line of source with a marker below the column, ready to print. */
  readonly frame?: string;
}

/** `code: "build_failed"`: the Worker could not be bundled. */
export class BuildError extends PawlError {
  readonly problems: readonly BuildProblem[];

  constructor(problems: readonly BuildProblem[], options?: ErrorOptions) {
    super("build_failed", describeProblems(problems), options);
    this.problems = problems;
  }
}

/** `code: "build_command_failed"`: the project's own `build.command` did not end with 0. */
export class BuildCommandError extends PawlError {
  readonly command: string;
  /** Null when the command was ended by a signal or could not be started. */
  readonly exitCode: number | null;

  constructor(command: string, exitCode: number | null, message: string, options?: ErrorOptions) {
    super("build_command_failed", message, options);
    this.command = command;
    this.exitCode = exitCode;
  }
}

/** `file:line:column`, the file relative to the current folder when it is below it. */
export function formatPlace(place: FilePlace): string {
  return `${shortPath(place.file)}:${place.line}:${place.column}`;
}

/** A path as a person in the current folder would write it. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}

function describeFaults(faults: readonly ConfigFault[]): string {
  const files = [...new Set(faults.map((fault) => shortPath(fault.file)))].join(" and ");
  const head = `${files} cannot be used: ${count(faults.length, "problem")}.`;
  return listed(
    head,
    faults.map((fault) => `${formatPlace(fault)}\n${indent(shorten(fault.text))}`),
  );
}

function describeProblems(problems: readonly BuildProblem[]): string {
  const head = `The Worker could not be built: ${count(problems.length, "problem")}.`;
  return listed(head, problems.map(describeProblem));
}

function describeProblem(problem: BuildProblem): string {
  const lines = [problem.place === undefined ? problem.text : `${formatPlace(problem.place)}\n${indent(problem.text)}`];
  if (problem.frame !== undefined) lines.push(indent(problem.frame));
  return lines.join("\n\n");
}

/** More than a person reads at once is counted instead of printed; the error's fields have all of it. */
const MOST_LISTED = 30;

function listed(head: string, items: readonly string[]): string {
  const more = items.length - MOST_LISTED;
  return [head, ...items.slice(0, MOST_LISTED), ...(more > 0 ? [`… and ${more} more.`] : [])].join("\n\n");
}

/** What stands in a file can be of any length. The end says what to do about it. */
function shorten(text: string): string {
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN / 2)} … ${text.slice(-MOST_SHOWN / 2)}`;
}

const MOST_SHOWN = 600;

function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
