import { checkArgs } from "./check-args.ts";
import type { Command } from "./command.ts";
import { build } from "./commands/build.ts";
import { compact } from "./commands/compact.ts";
import { dev } from "./commands/dev.ts";
import { start } from "./commands/start.ts";
import { types } from "./commands/types.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { didYouMean } from "./did-you-mean.ts";
import { printError } from "./output/print-error.ts";
import { UsageError } from "./usage-error.ts";
import { pawlVersion } from "../host/index.ts";

const COMMANDS: readonly Command[] = [start, dev, build, types, compact];

/** Runs one command line and sets the exit code: 0, 1 for an error, 2 for a command line that cannot be understood. */
export async function runCli(argv: readonly string[]): Promise<void> {
  try {
    await dispatch(argv);
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    printError(error, {
      verbose: argv.includes("--verbose"),
      json: argv.includes("--log-format=json") || argv[argv.indexOf("--log-format") + 1] === "json",
    });
  }
}

async function dispatch(argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv;
  if (first === undefined || first === "--help" || first === "-h") return print(generalHelp(COMMANDS));
  if (first === "--version" || first === "-v" || first === "version") return print(`${pawlVersion()}\n`);
  if (first === "help") return print(rest[0] === undefined ? generalHelp(COMMANDS) : commandHelp(find(rest[0])));
  if (first.startsWith("-")) throw new UsageError(`pawl has no flag ${first}. A command comes first.`);
  const command = find(first);
  const untilEnd = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (untilEnd.includes("--help") || untilEnd.includes("-h")) return print(commandHelp(command));
  checkArgs(command.name, rest, command.args);
  await command.run(rest);
}

function find(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const near = didYouMean(name, [...COMMANDS.map((candidate) => candidate.name), "help"]);
  throw new UsageError(`pawl has no command "${name}".${near === undefined ? "" : ` Did you mean "pawl ${near}"?`}`);
}

function print(text: string): void {
  process.stdout.write(text);
}
