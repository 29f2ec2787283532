import { dirname } from "node:path";
import { type BuildContext, type BuildOptions, type BuildResult, context, type OutputFile } from "esbuild";
import { toProblems } from "./build-problems.ts";
import { aliasPlugin } from "./bundle-alias.ts";
import { platformPlugin } from "./bundle-platform.ts";
import { rulesPlugin, type SideModules } from "./bundle-rules.ts";
import { checkExports } from "./check-exports.ts";
import { findEngine } from "./engine-file.ts";
import { BuildError, type BuildProblem } from "./errors.ts";
import { bindingsModule, ENTRY_MODULE, entryModule } from "./lower.ts";
import { nodeCompatMode } from "./node-compat.ts";
import type { Project } from "./project.ts";
import { overrideTsconfig } from "./tsconfig-override.ts";

export interface Built {
  readonly files: readonly OutputFile[];
  /** What the finished bundle still imports, after unused imports have gone. */
  readonly imports: readonly string[];
  readonly sideModules: SideModules;
  readonly warnings: readonly BuildProblem[];
}

/** wrangler's: what Cloudflare's own packages are written for. */
const CONDITIONS = ["workerd", "worker", "browser"];

/** From this date on `navigator` is there (flag `global_navigator`). */
const NAVIGATOR_SINCE = "2022-03-21";

/**
 * Bundles a project in memory. Two passes over the same parsed files: the first learns what `main` exports, the second builds with the
 * entry around it.
 *
 * @param outFile where the bundle is going to be; paths in the source map start there.
 * @throws BuildError
 */
export async function bundleProject(project: Project, outFile: string, shards: number): Promise<Built> {
  const engineFile = await findEngine();
  const tsconfig = await overrideTsconfig(project.main, project.bundling?.tsconfig);
  const sideModules: SideModules = new Map();
  let entryText: string | undefined;
  const platform = platformPlugin({
    engineFile,
    engineDir: dirname(engineFile),
    root: project.root,
    main: project.main,
    nodeCompat: nodeCompatMode(project.compatibilityDate, project.compatibilityFlags),
    entryText: () => entryText,
    bindingsText: bindingsModule(project, shards),
  });
  let builder: BuildContext<typeof common> | undefined;
  const common = {
    ...esbuildOptions(project, outFile, tsconfig.file),
    metafile: true,
    write: false,
    plugins: [aliasPlugin(project), rulesPlugin(project.bundling?.rules ?? [], sideModules), platform],
  } satisfies BuildOptions;
  try {
    builder = await context(common);
    const first = await run(builder, project.root);
    const exportNames =
      Object.values(first.metafile.outputs).find((output) => output.entryPoint !== undefined)?.exports ?? [];
    const problems = checkExports(project, exportNames);
    if (problems.length > 0) throw new BuildError(problems);
    entryText = entryModule(project, shards, project.main, exportNames);
    const second = await run(builder, project.root);
    const imports = Object.values(second.metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
    return {
      // Styles that a component imports make a file of their own, which a Worker has no use for.
      files: second.outputFiles.filter(({ path }) => /\.js(?:\.map)?$/.test(path)),
      imports: [...new Set(imports)],
      sideModules,
      // Packages are somebody else's to mend.
      warnings: toProblems(second.warnings, project.root).filter(
        ({ place }) => !/[\\/]node_modules[\\/]/.test(place?.file ?? ""),
      ),
    };
  } finally {
    await builder?.dispose();
    await tsconfig.remove();
  }
}

async function run<T extends BuildOptions>(builder: BuildContext<T>, workingDir: string): Promise<BuildResult<T>> {
  try {
    return await builder.rebuild();
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new BuildError(toProblems(error.errors, workingDir), { cause: error });
  }
}

function esbuildOptions(project: Project, outFile: string, tsconfig: string): BuildOptions {
  const { bundling, compatibilityDate, compatibilityFlags } = project;
  const hasNavigator = compatibilityDate >= NAVIGATOR_SINCE || compatibilityFlags.includes("global_navigator");
  return {
    entryPoints: [ENTRY_MODULE],
    bundle: true,
    absWorkingDir: project.root,
    outfile: outFile,
    format: "esm",
    // Newer targets leave decorators as they are, which workerd cannot parse.
    target: "es2022",
    platform: "browser",
    conditions: CONDITIONS,
    // Agents are routed by class name, and sub-agents are found by it.
    keepNames: true,
    minify: bundling?.minify ?? false,
    sourcemap: "linked",
    sourcesContent: true,
    tsconfig,
    loader: { ".js": "jsx", ".mjs": "jsx", ".cjs": "jsx" },
    define: {
      "process.env.NODE_ENV": JSON.stringify(process.env["NODE_ENV"] ?? "production"),
      ...(hasNavigator ? { "navigator.userAgent": '"Cloudflare-Workers"' } : {}),
      ...bundling?.define,
    },
    ...(bundling?.jsxFactory === undefined ? {} : { jsxFactory: bundling.jsxFactory }),
    ...(bundling?.jsxFragment === undefined ? {} : { jsxFragment: bundling.jsxFragment }),
    logLevel: "silent",
  };
}

function isBuildFailure(error: unknown): error is Error & { errors: Parameters<typeof toProblems>[0] } {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}
