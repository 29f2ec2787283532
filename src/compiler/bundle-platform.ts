import { sep } from "node:path";
import type { OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import { EMAIL_MODULE, WORKERS_MODULE } from "./lower.ts";
import { escapeRegExp } from "./escape-reg-exp.ts";
import { isInRuntime, nodeModuleName } from "./node-compat.ts";

/** Modules that the compiler makes up. */
const MADE = "pawl";
/** Made-up CommonJS modules that hand on an ES module which the runtime has. */
export const REQUIRED = "pawl-require";

export interface PlatformModules {
  /** Absolute path of the engine's entry module, and the folder it stands in. */
  readonly engineFile: string;
  readonly engineDir: string;
  /** Where imports of the made-up modules are resolved from. */
  readonly root: string;
  readonly nodeCompat: "full" | "async-hooks" | "none";
  /** The generated entry's text; undefined while the user's main itself is the entry (to learn its exports). */
  entryText(): string | undefined;
  readonly bindingsText: string;
  /** The entry point that the bundler was given. */
  readonly main: string;
}

/** Resolves what the platform provides: modules of the runtime and of Node, the engine, stand-ins. */
export function platformPlugin(modules: PlatformModules): Plugin {
  return {
    name: "pawl-platform",
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${escapeRegExp(modules.main)}$`) }, ({ kind }) =>
        // While the entry is not known, `main` goes the bundler's own way: only so does it get its tsconfig.
        kind === "entry-point" && modules.entryText() !== undefined ? made("pawl:entry") : undefined,
      );
      build.onResolve({ filter: /^pawl:bindings$/ }, ({ path }) => made(path));
      build.onResolve({ filter: /^pawl\/engine$/ }, () => ({ path: modules.engineFile }));
      build.onResolve({ filter: /^(?:cloudflare|workerd):/ }, (args) => resolveRuntime(args, modules));
      build.onResolve({ filter: /^(?:node:)?[a-z_\d]+(?:\/[a-z\d]+)?$/ }, (args) => resolveNode(args, modules));
      build.onResolve({ filter: /.*/, namespace: REQUIRED }, (args) => ({ path: args.path, external: true }));

      build.onLoad({ filter: /.*/, namespace: MADE }, ({ path }) => ({
        contents: madeModule(path, modules),
        loader: "js",
        resolveDir: modules.root,
      }));
      build.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => ({
        contents: requiredModule(path),
        loader: "js",
      }));
    },
  };
}

/** In source maps the name is put behind the namespace, so that it must not be there twice. */
function made(module: string): OnResolveResult {
  return { path: module.replace(/^pawl:/, ""), namespace: MADE };
}

function resolveRuntime(args: OnResolveArgs, modules: PlatformModules): OnResolveResult {
  if (args.path === "cloudflare:email") return made(args.path);
  if (args.path === "cloudflare:workers" && isUserCode(args, modules)) return made(args.path);
  return external(args, args.path);
}

/** Everything but the engine and what the compiler makes up sees the workflow entrypoint of ours. */
function isUserCode(args: OnResolveArgs, modules: PlatformModules): boolean {
  return args.namespace !== MADE && args.namespace !== REQUIRED && !isEngine(args, modules);
}

function isEngine(args: OnResolveArgs, modules: PlatformModules): boolean {
  return args.importer.startsWith(modules.engineDir + sep);
}

function resolveNode(args: OnResolveArgs, modules: PlatformModules): OnResolveResult | undefined {
  if (args.kind === "entry-point") return undefined;
  const name = nodeModuleName(args.path);
  if (name === undefined) return undefined;
  const isThere =
    modules.nodeCompat === "full" ||
    args.path === "node:process" ||
    (name === "async_hooks" && (modules.nodeCompat === "async-hooks" || isEngine(args, modules)));
  // Without the flag a package of that name may be installed; when there is none, the bundler says so.
  if (!isThere) return undefined;
  const path = `node:${name}`;
  if (isInRuntime(name)) return external(args, path);
  if (args.kind === "import-statement") return { errors: [{ text: `workerd has no module "${path}"` }] };
  // Packages ask for such modules in branches that never run here; asking fails, loading the bundle must not.
  return args.kind === "dynamic-import" ? { path, external: true } : { path, namespace: REQUIRED };
}

/** A `require` of what only the runtime has becomes an import, since a Worker has no `require`. */
function external(args: OnResolveArgs, path: string): OnResolveResult {
  const isRequire = args.kind === "require-call" || args.kind === "require-resolve";
  return isRequire ? { path, namespace: REQUIRED } : { path, external: true };
}

function requiredModule(path: string): string {
  const name = nodeModuleName(path);
  if (name !== undefined && !isInRuntime(name))
    return `throw new Error(${JSON.stringify(`workerd has no module "${path}"`)});`;
  return path.startsWith("node:") || path.startsWith("./")
    ? `import value from ${JSON.stringify(path)};\nmodule.exports = value;\n`
    : `import * as value from ${JSON.stringify(path)};\nmodule.exports = value;\n`;
}

function madeModule(path: string, modules: PlatformModules): string {
  switch (path) {
    case "entry":
      return modules.entryText() ?? "";
    case "bindings":
      return modules.bindingsText;
    case "cloudflare:workers":
      return WORKERS_MODULE;
    case "cloudflare:email":
      return EMAIL_MODULE;
    default:
      throw new Error(`There is no made-up module "${path}".`);
  }
}
