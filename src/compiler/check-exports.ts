import { readFileSync } from "node:fs";
import { problem } from "./build-problems.ts";
import { ENGINE_CLASS } from "./config-keys.ts";
import type { BuildProblem } from "./errors.ts";
import { shortPath } from "./errors.ts";
import type { Project } from "./project.ts";

/** Classes that the configuration names and `main` does not export, each with the line that names it. */
export function checkExports(project: Project, exportNames: readonly string[]): BuildProblem[] {
  const wanted = new Set([
    ...project.durableObjects.map(({ className }) => className),
    ...project.sqliteClasses,
    ...project.workflows.map(({ className }) => className),
  ]);
  const main = shortPath(project.main);
  const problems = [...wanted]
    .filter((name) => !exportNames.includes(name))
    .map((name) => {
      const type = isExportedAsType(project.main, name)
        ? ` It exports \`${name}\` as a type only, and types are gone when the Worker runs: drop the word \`type\`.`
        : "";
      const list = exportNames.length === 0 ? "It exports nothing." : `It exports: ${exportNames.join(", ")}.`;
      return problem(
        `The class \`${name}\` is not exported by ${main}.${type} ${list}${type === "" ? ` Add to it: export { ${name} } from "…";` : ""}`,
        project.classPlaces?.[name],
      );
    });
  if (exportNames.includes(ENGINE_CLASS)) {
    problems.push(
      problem(
        `${main} exports \`${ENGINE_CLASS}\`, which is the name of Pawl's own class. Export it under another name.`,
        undefined,
      ),
    );
  }
  return problems;
}

/** `export type { X }`, `export { type X }`, `export interface X`, `export type X =`. */
function isExportedAsType(main: string, name: string): boolean {
  const source = readFileSync(main, "utf8");
  const word = name.replaceAll("$", String.raw`\$`);
  const exact = String.raw`(?<![\w$])${word}(?![\w$])`;
  return [
    String.raw`export\s+type\s*\{[^}]*${exact}[^}]*\}`,
    String.raw`export\s*\{[^}]*\btype\s+(?:[\w$]+\s+as\s+)?${exact}[^}]*\}`,
    String.raw`export\s+(?:declare\s+)?(?:interface|type|(?:abstract\s+)?declare\s+class)\s+${exact}`,
    String.raw`import\s+type\s*\{[^}]*${exact}[^}]*\}`,
  ].some((pattern) => new RegExp(pattern).test(source));
}
