import type { ArgsDef } from "citty";

// Arguments that mean the same in every command which has them.

export const PROJECT_ARG = {
  type: "positional",
  required: false,
  default: ".",
  description: "Folder with wrangler.jsonc, .json or .toml, or that file",
} as const satisfies ArgsDef[string];

export const ENV_ARG = {
  type: "string",
  alias: "e",
  valueHint: "name",
  description: "Environment of the configuration to use",
} as const satisfies ArgsDef[string];

export const VERBOSE_ARG = {
  type: "boolean",
  description: "Show the stacks of pawl's errors",
} as const satisfies ArgsDef[string];
