import { parseArgs } from "node:util";
import { CreateError } from "./create-error.ts";
import { isTemplate, type Template, TEMPLATES } from "./templates.ts";

export interface Arguments {
  /** Undefined when none was given. */
  readonly directory: string | undefined;
  readonly template: Template;
  /** A version or a path. Undefined: the one that belongs to this package. */
  readonly pawl: string | undefined;
  readonly install: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** @throws CreateError `usage` */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  const [directory, second] = positionals;
  if (second !== undefined)
    throw new CreateError("usage", `One folder is made at a time; "${second}" is one too many.`);
  const template = values.template ?? "starter";
  if (!isTemplate(template)) {
    throw new CreateError("usage", `There is no template "${template}". There are: ${TEMPLATES.join(", ")}.`);
  }
  return {
    directory,
    template,
    pawl: values.pawl,
    install: values["no-install"] !== true,
    help: values.help === true,
    version: values.version === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        template: { type: "string", short: "t" },
        pawl: { type: "string" },
        "no-install": { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
    });
  } catch (error) {
    // Node's own sentence says which one it is.
    throw new CreateError("usage", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export const HELP = `Starts a project of Cloudflare Agents and Workflows that runs on your own machine.

Usage: npm create pawl@latest [folder] [-- options]

Options:
  -t, --template <name>  ${TEMPLATES.join(" or ")} (default: starter)
  --pawl <spec>          The Pawl to use: a version, or the path of one that you have packed
  --no-install           Make the files only
  -v, --version          Print the version
  -h, --help             Show this text

Examples:
  npm create pawl@latest my-app                               an agent, a workflow, a page and a test
  npm create pawl@latest shop -- --template csv-import        a complete application to start from
  npx ./create-pawl-0.1.0.tgz my-app --pawl ./pawl-0.1.0.tgz  packed by yourself, without a registry`;
