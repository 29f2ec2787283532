import { type ArgsDef, type CommandDef, runCommand } from "citty";

/** A command of the CLI: what help shows, what the command line is checked against, and what is run. */
export interface Command extends CommandText {
  readonly args: ArgsDef;
  run(rawArgs: readonly string[]): Promise<void>;
}

interface CommandText {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
}

/** Makes a command of a typed citty definition. */
export function command<const T extends ArgsDef>(text: CommandText, definition: CommandDef<T> & { args: T }): Command {
  return {
    ...text,
    args: definition.args,
    async run(rawArgs) {
      await runCommand(definition, { rawArgs: [...rawArgs] });
    },
  };
}

/** Short spellings of a flag, `p` for `--port`. */
export function aliasesOf(arg: ArgsDef[string]): readonly string[] {
  return arg.type === "positional" || !("alias" in arg) || arg.alias === undefined ? [] : [arg.alias].flat();
}
