import { parseArgs, type ParseArgsConfig } from "node:util";
import type { ArgsDef } from "citty";
import { didYouMean } from "./did-you-mean.ts";
import { aliasesOf } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** Flags that every command knows. */
const COMMON = new Set(["help", "h"]);

/**
 * Refuses what citty would pass over in silence: flags and arguments that a command does not have, flags without the
 * value they need, and values for flags that take none.
 * @throws UsageError
 */
export function checkArgs(command: string, rawArgs: readonly string[], definition: ArgsDef): void {
  const flags = new Map<string, { takesValue: boolean; options: readonly string[] | undefined }>();
  const positionals: string[] = [];
  for (const [name, arg] of Object.entries(definition)) {
    if (arg.type === "positional") {
      positionals.push(name);
      continue;
    }
    const flag = {
      takesValue: arg.type === "string" || arg.type === "enum",
      options: "options" in arg ? arg.options : undefined,
    };
    for (const spelling of [name, ...aliasesOf(arg)]) flags.set(spelling, flag);
  }
  const { tokens } = parseArgs({
    args: [...rawArgs],
    options: parseOptions(definition),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  let given = 0;
  for (const token of tokens) {
    if (token.kind === "positional" && ++given > positionals.length) {
      throw new UsageError(`"pawl ${command}" takes no argument "${token.value}".`, command);
    }
    if (token.kind !== "option" || COMMON.has(token.name)) continue;
    const flag = flags.get(token.name);
    if (flag === undefined)
      throw new UsageError(unknownFlag(command, token.rawName, token.name, flags.keys()), command);
    if (flag.takesValue && (token.value === undefined || token.value === "")) {
      throw new UsageError(`${token.rawName} needs a value.`, command);
    }
    // With a blank between, what looks like a flag is one whose value was forgotten; `-1` is a wrong value.
    if (token.value !== undefined && !token.inlineValue && /^-(?!\d)/.test(token.value)) {
      throw new UsageError(`${token.rawName} needs a value; "${token.value}" is a flag.`, command);
    }
    if (!flag.takesValue && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value.`, command);
    }
    if (flag.options !== undefined && token.value !== undefined && !flag.options.includes(token.value)) {
      throw new UsageError(`${token.rawName} is one of ${flag.options.join(", ")}, not "${token.value}".`, command);
    }
  }
}

function parseOptions(definition: ArgsDef): NonNullable<ParseArgsConfig["options"]> {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, arg] of Object.entries(definition)) {
    if (arg.type === "positional") continue;
    const short = aliasesOf(arg).find((alias) => alias.length === 1);
    options[name] = { type: arg.type === "boolean" ? "boolean" : "string", ...(short !== undefined && { short }) };
  }
  return options;
}

function unknownFlag(command: string, rawName: string, name: string, known: Iterable<string>): string {
  const near = didYouMean(name, known);
  const hint = near === undefined ? "" : ` Did you mean --${near}?`;
  return `"pawl ${command}" has no flag ${rawName}.${hint}`;
}

/**
 * A whole number given as a flag's value.
 * @throws UsageError outside of the range or when it is no number
 */
export function wholeNumber(command: string, flag: string, text: string, range: readonly [number, number]): number {
  const [lowest, highest] = range;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
  throw new UsageError(`${flag} is a whole number from ${lowest} to ${highest}, not "${text}".`, command);
}
