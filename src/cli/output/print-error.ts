import { PawlError } from "../../compiler/index.ts";
import { colorsFor } from "./colors.ts";
import { UsageError } from "../usage-error.ts";

const BUGS = "This is a defect in pawl. Please report it with the lines above.";

/** Writes the error that ended a command to stderr. A JavaScript stack is of use only when pawl itself is at fault. */
export function printError(error: unknown, options: { readonly verbose: boolean; readonly json: boolean }): void {
  process.stderr.write(options.json ? `${jsonError(error)}\n` : prettyError(error, options.verbose));
}

function prettyError(error: unknown, verbose: boolean): string {
  const colors = colorsFor(process.stderr);
  const label = colors.red(colors.bold("error"));
  if (!(error instanceof PawlError)) {
    return `${label} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n${BUGS}\n`;
  }
  const lines = [`${label} ${error.message}`];
  if (error instanceof UsageError) {
    lines.push(colors.dim(error.command === undefined ? 'See "pawl help".' : `See "pawl help ${error.command}".`));
  }
  if (verbose && error.stack !== undefined)
    lines.push(colors.dim(error.stack.slice(error.stack.indexOf("\n    at ") + 1)));
  if (verbose && error.cause !== undefined) lines.push(colors.dim(`caused by ${describeCause(error.cause)}`));
  return `${lines.join("\n")}\n`;
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

function jsonError(error: unknown): string {
  return JSON.stringify({
    time: new Date().toISOString(),
    level: "error",
    source: "pawl",
    event: "failed",
    code: error instanceof PawlError ? error.code : "internal",
    message: error instanceof Error ? error.message : String(error),
    ...(!(error instanceof PawlError) && error instanceof Error && { stack: error.stack }),
  });
}
