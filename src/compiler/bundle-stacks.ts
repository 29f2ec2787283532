import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** What a client is told instead of the stack; that is in the log. */
const TOLD = '"Internal Server Error"';

const REPLACEMENTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\bnew Response\(\w+\.stack, /g, `new Response(${TOLD}, `],
  [/\bJSON\.stringify\(\{ error: \w+\.stack \}\)/g, `JSON.stringify({ error: ${TOLD} })`],
];

/**
 * The Agents SDK answers a request whose handling threw with the error's stack: names of files and functions of the
 * application, for anybody who finds a request that makes it throw. It logs the error as well, and that is enough.
 * (agents 0.32, `Lifecycle.fetch`; before that it was in partyserver.)
 */
export function stacksPlugin(): Plugin {
  return {
    name: "pawl-stacks",
    setup(build) {
      build.onLoad(
        { filter: /[\\/]node_modules[\\/](?:agents|partyserver)[\\/]dist[\\/].+\.js$/ },
        async ({ path }) => {
          const contents = await readFile(path, "utf8");
          // Left to the bundler's own way, most files are.
          return contents.includes(".stack") ? { contents: withoutStacks(contents), loader: "js" } : undefined;
        },
      );
    },
  };
}

export function withoutStacks(source: string): string {
  return REPLACEMENTS.reduce((text, [pattern, replacement]) => text.replaceAll(pattern, replacement), source);
}
