import { join, resolve } from "node:path";
import { compile, readProject, shortPath } from "../../compiler/index.ts";
import { DEFAULT_SHARDS, MAX_SHARDS } from "../../host/index.ts";
import { wholeNumber } from "../check-args.ts";
import { command } from "../command.ts";
import { ENV_ARG, PROJECT_ARG, VERBOSE_ARG } from "../common-args.ts";

export const build = command(
  {
    name: "build",
    summary: "Bundle a Worker project with the workflow engine inside",
    examples: [
      ["pawl build", "write the bundle to .pawl/bundle"],
      ["pawl build apps/shop --out dist/shop --env production", "another folder and environment"],
    ],
  },
  {
    meta: { name: "build" },
    args: {
      project: PROJECT_ARG,
      out: {
        type: "string",
        alias: "o",
        valueHint: "folder",
        description: "Folder for the bundle (default: .pawl/bundle in the project)",
      },
      env: ENV_ARG,
      shards: {
        type: "string",
        valueHint: "number",
        default: String(DEFAULT_SHARDS),
        description: "Shards of the workflow engine",
      },
      verbose: VERBOSE_ARG,
    },
    async run({ args }) {
      const shards = wholeNumber("build", "--shards", args.shards, [1, MAX_SHARDS]);
      const project = await readProject(args.project, args.env === undefined ? {} : { environment: args.env });
      const outDir = args.out === undefined ? join(project.root, ".pawl", "bundle") : resolve(args.out);
      const bundle = await compile(project, { outDir, shards });
      const modules = bundle.modules.length === 1 ? "one module" : `${bundle.modules.length} modules`;
      process.stdout.write(`Built ${project.name} (${modules}) in ${shortPath(bundle.outDir)}\n`);
    },
  },
);
