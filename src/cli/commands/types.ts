import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { envTypes, PawlError, readProject, shortPath } from "../../compiler/index.ts";
import { command } from "../command.ts";
import { ENV_ARG, PROJECT_ARG, VERBOSE_ARG } from "../common-args.ts";

export const types = command(
  {
    name: "types",
    summary: "Write the types of a project's bindings",
    examples: [
      ["pawl types", "write worker-configuration.d.ts"],
      ["pawl types --check", "say whether it is up to date, for CI"],
    ],
  },
  {
    meta: { name: "types" },
    args: {
      project: PROJECT_ARG,
      out: {
        type: "string",
        alias: "o",
        valueHint: "file",
        description: "File to write (default: worker-configuration.d.ts in the project)",
      },
      env: ENV_ARG,
      check: {
        type: "boolean",
        description: "Write nothing; end with exit code 1 when the file is not as it should be",
      },
      verbose: VERBOSE_ARG,
    },
    async run({ args }) {
      const project = await readProject(args.project, args.env === undefined ? {} : { environment: args.env });
      const file = args.out === undefined ? join(project.root, "worker-configuration.d.ts") : resolve(args.out);
      const text = envTypes(project, file);
      const found = await readFile(file, "utf8").catch(() => undefined);
      const isCurrent = found === text;
      if (args.check === true) {
        if (!isCurrent) {
          throw new PawlError(
            "types_outdated",
            `${shortPath(file)} is not up to date. Run "pawl types" to write it again.`,
          );
        }
        process.stdout.write(`${shortPath(file)} is up to date\n`);
        return;
      }
      if (!isCurrent) await writeFile(file, text);
      process.stdout.write(`${isCurrent ? "Nothing to change in" : "Wrote"} ${shortPath(file)}\n`);
    },
  },
);
