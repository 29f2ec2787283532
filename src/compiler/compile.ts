import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { runBuildCommand } from "./build-command.ts";
import { problem } from "./build-problems.ts";
import type { Bundle } from "./bundle.ts";
import { bundleProject } from "./bundle-project.ts";
import { ENGINE_CLASS } from "./config-keys.ts";
import { BuildError, type BuildProblem, formatPlace, PawlError, shortPath } from "./errors.ts";
import type { EngineOptions } from "./lower.ts";
import { disabledModules, nodeModuleName, withNodeFlags } from "./node-compat.ts";
import type { Project } from "./project.ts";
import { isFolder } from "./read-assets.ts";
import { checkOutDir, writeBundle } from "./write-bundle.ts";

export interface CompileOptions extends EngineOptions {
  /** Folder for the build; made when it is not there. */
  readonly outDir: string;
  /** Told what the bundler finds suspicious in the user's own files. Default: a line on stderr. */
  readonly onWarning?: (warning: BuildProblem) => void;
  /** Told the absolute paths of the files that the bundle is made of, those of packages left out. */
  readonly onInputs?: (files: readonly string[]) => void;
  /** Aborting it stops the build, the project's own command included; `compile` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Lowers a project to one bundle with the workflow engine inside and writes it to `outDir` (see `Bundle`).
 * A custom build command of the project is run first.
 *
 * @throws BuildCommandError when the build command fails, BuildError when there is nothing to run after it or it cannot be bundled.
 */
export async function compile(project: Project, options: CompileOptions): Promise<Bundle> {
  const outDir = resolve(options.outDir);
  if (!Number.isSafeInteger(options.shards) || options.shards < 1) {
    throw new PawlError(
      "bad_shards",
      `The number of shards must be a whole number of at least 1, not ${options.shards}.`,
    );
  }
  checkOutDir(project, outDir);
  if (project.build !== undefined) await runBuildCommand(project.build, options.signal);
  options.signal?.throwIfAborted();
  await checkInputs(project);

  const built = await bundleProject(project, join(outDir, "worker", "index.js"), engineOptions(options));
  options.signal?.throwIfAborted();
  options.onInputs?.(built.inputs);
  built.warnings.forEach(options.onWarning ?? printWarning);
  const nodeModules = built.imports.flatMap((path) => (path.startsWith("node:") ? (nodeModuleName(path) ?? []) : []));
  const disabled = disabledModules(project.compatibilityFlags, nodeModules);
  if (disabled.length > 0) {
    const names = disabled.map((name) => `node:${name}`).join(", ");
    throw new BuildError([
      {
        text: `The Worker imports ${names}, which the project's own compatibility flags switch off. Remove the \`disable_nodejs_…\` flags, or the imports.`,
      },
    ]);
  }

  const files = new Map<string, string | Uint8Array>();
  for (const file of built.files) files.set(basename(file.path), file.contents);
  const side = [...built.sideModules].filter(([name]) => built.imports.includes(`./${name}`));
  for (const [name, module] of side) files.set(name, module.content);
  const bundle: Bundle = {
    outDir,
    modules: [{ name: "index.js", kind: "esModule" }, ...side.map(([name, { kind }]) => ({ name, kind }))],
    sourceMap: join(outDir, "worker", "index.js.map"),
    compatibilityDate: project.compatibilityDate,
    compatibilityFlags: withNodeFlags(project.compatibilityDate, project.compatibilityFlags, nodeModules),
    durableObjectClasses: [
      ...new Set([...project.sqliteClasses, ...project.durableObjects.map(({ className }) => className), ENGINE_CLASS]),
    ],
  };
  await writeBundle(bundle, files);
  return bundle;
}

function engineOptions({ shards, maxLiveRuns, testing }: EngineOptions): EngineOptions {
  return {
    shards,
    ...(maxLiveRuns !== undefined && { maxLiveRuns }),
    ...(testing === true && { testing }),
  };
}

/** What the configuration names has to be there now at the latest: a build command may have made it. */
async function checkInputs(project: Project): Promise<void> {
  const after = project.build === undefined ? "" : ` The build command \`${project.build.command}\` has not made it.`;
  const problems: BuildProblem[] = [];
  const main = await stat(project.main).catch(() => undefined);
  if (main?.isFile() !== true)
    problems.push(problem(`The entry module ${shortPath(project.main)} does not exist.${after}`, undefined));
  const assets = project.assets?.directory;
  if (assets !== undefined && !(await isFolder(assets))) {
    problems.push(problem(`The assets folder ${shortPath(assets)} does not exist.${after}`, undefined));
  }
  if (problems.length > 0) throw new BuildError(problems);
}

function printWarning(warning: BuildProblem): void {
  const place = warning.place === undefined ? "" : `${formatPlace(warning.place)}: `;
  process.stderr.write(`warning: ${place}${warning.text}\n`);
}
