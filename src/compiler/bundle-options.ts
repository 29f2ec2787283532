import type { BuildOptions } from "esbuild";
import type { Project } from "./project.ts";

/** wrangler's: what Cloudflare's own packages are written for. */
const CONDITIONS = ["workerd", "worker", "browser"];

/** From this date on `navigator` is there (flag `global_navigator`). */
const NAVIGATOR_SINCE = "2022-03-21";

/**
 * What the bundler is told, much as wrangler tells it.
 *
 * @param tsconfig counts for all files; without it, the nearest to each file counts.
 */
export function esbuildOptions(project: Project, outFile: string, tsconfig: string | undefined): BuildOptions {
  const { bundling, compatibilityDate, compatibilityFlags } = project;
  const hasNavigator = compatibilityDate >= NAVIGATOR_SINCE || compatibilityFlags.includes("global_navigator");
  return {
    // The plugin for the platform puts the generated entry in its place.
    entryPoints: [project.main],
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
    ...(tsconfig === undefined ? {} : { tsconfig }),
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
