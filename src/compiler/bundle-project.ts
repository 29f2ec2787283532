import { dirname, resolve, sep } from "node:path";
import { type BuildOptions, context, type Metafile, type OutputFile } from "esbuild";
import { toProblems } from "./build-problems.ts";
import { aliasPlugin } from "./bundle-alias.ts";
import { esbuildOptions } from "./bundle-options.ts";
import { platformPlugin } from "./bundle-platform.ts";
import { rulesPlugin, type SideModules, TEXT } from "./bundle-rules.ts";
import { stacksPlugin } from "./bundle-stacks.ts";
import { checkExports } from "./check-exports.ts";
import { findEngine } from "./engine-file.ts";
import { BuildError, type BuildProblem, shortPath } from "./errors.ts";
import { bindingsModule, entryModule, type EngineOptions } from "./lower.ts";
import { nodeCompatMode } from "./node-compat.ts";
import type { Project } from "./project.ts";
import { overrideTsconfig } from "./tsconfig-override.ts";

export interface Built {
  readonly files: readonly OutputFile[];
  /** What the finished bundle still imports, after unused imports have gone. */
  readonly imports: readonly string[];
  readonly sideModules: SideModules;
  /** Absolute paths of the user's own files that went into it. */
  readonly inputs: readonly string[];
  readonly warnings: readonly BuildProblem[];
}

/**
 * Bundles a project in memory.
 *
 * @param outFile where the bundle is going to be; paths in the source map start there.
 * @throws BuildError
 */
export async function bundleProject(project: Project, outFile: string, engine: EngineOptions): Promise<Built> {
  // Minified, the helper of legacy decorators has no name to find it by.
  if (project.bundling?.minify !== true) {
    const built = await bundleWith(project, outFile, engine, project.bundling?.tsconfig, hasLegacyDecorators);
    if (built !== undefined) return built;
  }
  const tsconfig = await overrideTsconfig(project.main, project.bundling?.tsconfig);
  try {
    const built = await bundleWith(project, outFile, engine, tsconfig.file, () => false);
    if (built === undefined) throw new Error("A build that nothing speaks against was given up.");
    return built;
  } finally {
    await tsconfig.remove();
  }
}

/**
 * Two passes over the same parsed files: the first learns what `main` exports, the second builds with the entry around it.
 *
 * @returns undefined when `isUnfit` finds something in the first pass.
 */
async function bundleWith(
  project: Project,
  outFile: string,
  engine: EngineOptions,
  tsconfig: string | undefined,
  isUnfit: (code: Uint8Array) => boolean,
): Promise<Built | undefined> {
  const engineFile = await findEngine();
  const sideModules: SideModules = new Map();
  let entryText: string | undefined;
  const platform = platformPlugin({
    engineFile,
    engineDir: dirname(engineFile),
    root: project.root,
    main: project.main,
    nodeCompat: nodeCompatMode(project.compatibilityDate, project.compatibilityFlags),
    entryText: () => entryText,
    bindingsText: bindingsModule(project, engine),
  });
  const options = {
    ...esbuildOptions(project, outFile, tsconfig),
    metafile: true,
    write: false,
    plugins: [aliasPlugin(project), rulesPlugin(project.bundling?.rules ?? [], sideModules), stacksPlugin(), platform],
  } satisfies BuildOptions;
  const builder = await explained(project, () => context(options));
  try {
    const first = await explained(project, () => builder.rebuild());
    if (scriptsOf(first).some(({ contents }) => isUnfit(contents))) return undefined;
    const outputs = Object.values(first.metafile.outputs);
    const exportNames = outputs.find((output) => output.entryPoint !== undefined)?.exports ?? [];
    const problems = checkExports(project, exportNames);
    if (problems.length > 0) throw new BuildError(problems);
    entryText = entryModule(project, engine, project.main, exportNames);

    const second = await explained(project, () => builder.rebuild());
    const imports = Object.values(second.metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
    const warnings = toProblems(second.warnings, project.root);
    if (!exportNames.includes("default") && !scriptsOf(first).some(({ contents }) => hasFetchListener(contents))) {
      const text = `${shortPath(project.main)} has no default export, so that every request is answered with status 500. Add to it: export default { fetch(request, env, ctx) { … } }`;
      warnings.push({ text });
    }
    return {
      files: scriptsOf(second),
      imports: [...new Set(imports)],
      sideModules,
      inputs: ownInputs(project, second.metafile, sideModules).filter(
        (path) => !path.startsWith(dirname(engineFile) + sep),
      ),
      // Packages are somebody else's to mend.
      warnings: warnings.filter(({ place }) => !/[\\/]node_modules[\\/]/.test(place?.file ?? "")),
    };
  } finally {
    await builder.dispose();
  }
}

/** Absolute, and without those of packages and those that are made up. */
function ownInputs({ root }: Project, { inputs }: Metafile, sideModules: SideModules): string[] {
  const paths = Object.keys(inputs).flatMap((input) => {
    const path = input.startsWith(`${TEXT}:`) ? input.slice(TEXT.length + 1) : input;
    return /^pawl[\w-]*:/.test(path) ? [] : [resolve(root, path)];
  });
  // The bundler sees no more of them than their names.
  for (const { path } of sideModules.values()) paths.push(path);
  return paths.filter((path) => !/[\\/]node_modules[\\/]/.test(path));
}

/** Without the styles that a component imports: they make a file of their own, which a Worker has no use for. */
function scriptsOf(result: { outputFiles: OutputFile[] }): OutputFile[] {
  return result.outputFiles.filter(({ path }) => /\.js(?:\.map)?$/.test(path));
}

/** Whether a `tsconfig.json` of the project, or of a package beside it, asks for `experimentalDecorators`. */
function hasLegacyDecorators(code: Uint8Array): boolean {
  return toBuffer(code).includes("__decorateClass");
}

/** Whether it answers requests in the manner of a service worker. */
function hasFetchListener(code: Uint8Array): boolean {
  return toBuffer(code).includes('addEventListener("fetch"');
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function explained<T>(project: Project, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new BuildError(toProblems(error.errors, project.root), { cause: error });
  }
}

function isBuildFailure(error: unknown): error is Error & { errors: Parameters<typeof toProblems>[0] } {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}
