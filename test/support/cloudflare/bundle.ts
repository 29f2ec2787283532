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
    external: ["cloudflare:*", "node:*"],
    plugins: [withoutEmail],
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
