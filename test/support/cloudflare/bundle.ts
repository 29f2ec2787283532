import { builtinModules } from "node:module";
import { build, type Plugin } from "esbuild";

/** A Worker as one module, much as wrangler bundles it, for the engines that are not ours. */
export async function bundleWorker(main: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [main],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    keepNames: true,
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    plugins: [withoutEmail, withNode],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild has written nothing");
  return file.text;
}

/** Plain workerd has no such module, and the Agents SDK imports it. */
const withoutEmail: Plugin = {
  name: "without-email",
  setup(bundler) {
    bundler.onResolve({ filter: /^cloudflare:email$/ }, ({ path }) => ({ path, namespace: "stand-in" }));
    bundler.onLoad({ filter: /.*/, namespace: "stand-in" }, () => ({ contents: "export class EmailMessage {}" }));
  },
};

const BUILT_IN = new Set(builtinModules);

/** Node's modules are workerd's as well, by their full names; a `require` of one becomes an import, since there is none. */
const withNode: Plugin = {
  name: "with-node",
  setup(bundler) {
    bundler.onResolve({ filter: /^(?:node:)?[a-z_/\d]+$/ }, ({ path, kind, namespace }) => {
      const name = path.replace(/^node:/, "");
      if (!BUILT_IN.has(name)) return undefined;
      const isRequired = kind === "require-call" && namespace !== "required";
      return isRequired ? { path: name, namespace: "required" } : { path: `node:${name}`, external: true };
    });
    bundler.onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `import value from "node:${path}";\nmodule.exports = value;`,
    }));
  },
};
