import type { Plugin } from "esbuild";
import { escapeRegExp } from "./escape-reg-exp.ts";
import type { Project } from "./project.ts";

const ASKED = { askedByAlias: true };

/** wrangler's `alias`: exact names, resolved from the project, before anything else has a say (built-in modules included). */
export function aliasPlugin(project: Project): Plugin {
  const alias = project.bundling?.alias ?? {};
  const names = Object.keys(alias).map(escapeRegExp);
  return {
    name: "pawl-alias",
    setup(build) {
      if (names.length === 0) return;
      build.onResolve({ filter: new RegExp(`^(?:${names.join("|")})$`) }, async (args) => {
        const target = alias[args.path];
        if (target === undefined || args.pluginData === ASKED || args.kind === "entry-point") return undefined;
        const { path, external, namespace, errors, sideEffects } = await build.resolve(target, {
          kind: args.kind,
          importer: project.configPath,
          resolveDir: project.root,
          pluginData: ASKED,
        });
        return errors.length > 0 ? { errors } : { path, external, namespace, sideEffects };
      });
    },
  };
}
