import type { ArgDef } from "citty";
import { aliasesOf, type Command } from "./command.ts";

/** Text of `pawl help`. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    "Runs Cloudflare Agents and Workflows applications on your own machine, unchanged.",
    "",
    "Usage: pawl <command> [options]",
    "",
    "Commands:",
    ...columns([
      ...commands.map(({ name, summary }): [string, string] => [name, summary]),
      ["help [command]", "Show this text, or that of a command"],
    ]),
    "",
    "Options:",
    ...columns([
      ["--version", "Print the version"],
      ["--help", "Show help"],
    ]),
    "",
    "Examples:",
    ...columns(
      commands.flatMap(({ examples }) => examples.slice(0, 1).map(([line, what]): [string, string] => [line, what])),
    ),
    "",
  ].join("\n");
}

/** Text of `pawl help <command>`. */
export function commandHelp(command: Command): string {
  const args = Object.entries(command.args);
  const positionals = args.filter(([, arg]) => arg.type === "positional");
  const flags = args.filter(([, arg]) => arg.type !== "positional");
  return [
    command.summary + ".",
    "",
    `Usage: pawl ${[command.name, ...positionals.map(([name]) => `[${name}]`), "[options]"].join(" ")}`,
    ...(positionals.length === 0 ? [] : ["", "Arguments:"]),
    ...columns(positionals.map(([name, arg]) => [name, describe(arg)])),
    "",
    "Options:",
    ...columns([
      ...flags.map(([name, arg]): [string, string] => [flagColumn(name, arg), describe(arg)]),
      ["--help", "Show this text"],
    ]),
    "",
    "Examples:",
    ...columns(command.examples),
    "",
  ].join("\n");
}

function flagColumn(name: string, arg: ArgDef): string {
  const [short] = aliasesOf(arg);
  const alias = short === undefined ? "" : `-${short}, `;
  const hint = "options" in arg && arg.options !== undefined ? arg.options.join("|") : arg.valueHint;
  return `${alias}--${name}${hint === undefined ? "" : ` <${hint}>`}`;
}

function describe(arg: ArgDef): string {
  const text = arg.description ?? "";
  return arg.default === undefined || arg.default === false ? text : `${text} (default: ${arg.default})`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
