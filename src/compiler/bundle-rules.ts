import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { REQUIRED } from "./bundle-platform.ts";
import { escapeRegExp } from "./escape-reg-exp.ts";
import type { ModuleRule } from "./project.ts";

/** wrangler's default rules, and text for two more extensions that agents projects import. */
const DEFAULT_RULES: readonly ModuleRule[] = [
  { kind: "text", globs: ["**/*.txt", "**/*.html", "**/*.sql", "**/*.md", "**/*.svg"], fallthrough: true },
  { kind: "data", globs: ["**/*.bin"], fallthrough: true },
  { kind: "wasm", globs: ["**/*.wasm", "**/*.wasm?module"], fallthrough: true },
];

/** A file that becomes a module of its own beside the bundle. */
interface SideModule {
  readonly path: string;
  readonly kind: "wasm" | "data";
  readonly content: Uint8Array;
}

/** Side modules by the file name that the bundle imports them by. */
export type SideModules = Map<string, SideModule>;

interface Matcher {
  readonly pattern: RegExp;
  readonly kind: ModuleRule["kind"];
}

/** Of files that are put into the bundle as text. */
export const TEXT = "pawl-text";
/** Marks our own question to the bundler, so that it is not answered by us again. */
const ASKED = { askedByRules: true };

/** Imports of files that are not JavaScript: text is put into the bundle, WebAssembly and data become side modules. */
export function rulesPlugin(rules: readonly ModuleRule[], sideModules: SideModules): Plugin {
  const matchers = toMatchers(rules);
  return {
    name: "pawl-rules",
    setup(build) {
      const filter = new RegExp([String.raw`\?raw$`, ...matchers.map(({ pattern }) => pattern.source)].join("|"));
      build.onResolve({ filter }, async (args) => {
        if (args.pluginData === ASKED || args.kind === "entry-point" || args.namespace === REQUIRED) return undefined;
        const isRaw = args.path.endsWith("?raw");
        const kind = isRaw ? "text" : matchers.find(({ pattern }) => pattern.test(args.path))?.kind;
        return kind === undefined ? undefined : resolveFile(build, args, kind, sideModules);
      });
      build.onLoad({ filter: /.*/, namespace: TEXT }, async ({ path }) => ({
        contents: await readFile(path, "utf8"),
        loader: "text",
      }));
    },
  };
}

async function resolveFile(
  build: PluginBuild,
  args: OnResolveArgs,
  kind: ModuleRule["kind"],
  sideModules: SideModules,
): Promise<OnResolveResult> {
  const { importer, resolveDir, namespace } = args;
  const found = await build.resolve(args.path.replace(/\?(?:raw|module)$/, ""), {
    kind: args.kind,
    importer,
    resolveDir,
    namespace,
    pluginData: ASKED,
  });
  if (found.errors.length > 0) return { errors: found.errors };
  if (kind === "text") return { path: found.path, namespace: TEXT };
  const content = await readFile(found.path);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const name = `${hash}-${basename(found.path)}`;
  sideModules.set(name, { path: found.path, kind, content });
  const isRequire = args.kind === "require-call";
  return isRequire ? { path: `./${name}`, namespace: REQUIRED } : { path: `./${name}`, external: true };
}

/** The user's rules come first; a default rule counts no more when one for its kind does not fall through. */
function toMatchers(rules: readonly ModuleRule[]): Matcher[] {
  const closed = new Set(rules.filter(({ fallthrough }) => !fallthrough).map(({ kind }) => kind));
  const counting = [...rules, ...DEFAULT_RULES.filter(({ kind }) => !closed.has(kind))];
  return counting.flatMap(({ kind, globs }) => globs.map((glob) => ({ kind, pattern: globPattern(glob) })));
}

/** A glob as wrangler reads it: `*` spans folders, a leading `**\/` may match nothing, all else is literal. */
function globPattern(glob: string): RegExp {
  const rest = glob.replace(/^\*\*\//, "");
  const source = rest.split(/\*+/).map(escapeRegExp);
  return new RegExp(`${rest === glob ? "^" : "(?:^|/)"}${source.join(".*")}$`);
}
