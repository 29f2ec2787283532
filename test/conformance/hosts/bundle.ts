import { build } from "esbuild";
import { APP_FOLDER } from "./host.ts";

/** The application as one module, much as wrangler bundles it, for the engines that are not ours. */
export async function bundleApp(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${APP_FOLDER}main.ts`],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    keepNames: true,
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild has written nothing");
  return file.text;
}
