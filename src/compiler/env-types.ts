import { dirname, relative } from "node:path";
import type { JsonValue, Project } from "./project.ts";

/**
 * TypeScript's idea of what the Worker's `env` holds, as a declaration file: what `wrangler types` writes, made from
 * the same configuration. Strings and numbers in `vars` are of any value, since other environments have others.
 *
 * @param outFile where the text is going to be; paths of imports start there.
 */
export function envTypes(project: Project, outFile: string): string {
  const main = importPath(outFile, project.main);
  const secret = new Set(project.secretNames);
  const members: [string, string][] = [
    ...project.durableObjects.map(({ binding, className }): [string, string] => [
      binding,
      `DurableObjectNamespace<import(${main}).${className}>`,
    ]),
    ...project.workflows.map(({ binding, className }): [string, string] => [
      binding,
      `Workflow<Parameters<import(${main}).${className}["run"]>[0]["payload"]>`,
    ]),
    ...Object.entries(project.vars).map(([name, value]): [string, string] => [
      name,
      secret.has(name) ? "string" : typeOf(value),
    ]),
  ];
  if (project.assets?.binding !== undefined) members.push([project.assets.binding, "Fetcher"]);
  const classes = [...new Set(project.durableObjects.map(({ className }) => JSON.stringify(className)))];
  return [
    "// Written by `pawl types` from the configuration. Run it again when the bindings have changed.",
    "declare namespace Cloudflare {",
    "  interface GlobalProps {",
    `    mainModule: typeof import(${main});`,
    ...(classes.length === 0 ? [] : [`    durableNamespaces: ${classes.join(" | ")};`]),
    "  }",
    "  interface Env {",
    ...members.map(([name, type]) => `    ${keyOf(name)}: ${type};`),
    "  }",
    "}",
    "interface Env extends Cloudflare.Env {}",
    "",
  ].join("\n");
}

/** Without its extension, which TypeScript wants to be told of only under some settings. */
function importPath(from: string, to: string): string {
  const path = relative(dirname(from), to)
    .replaceAll("\\", "/")
    .replace(/\.[cm]?[jt]sx?$/, "");
  return JSON.stringify(path.startsWith(".") ? path : `./${path}`);
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (isList(value)) {
    const types = [...new Set(value.map(typeOf))];
    return types.length === 0 ? "never[]" : types.length === 1 ? `${types.join("")}[]` : `(${types.join(" | ")})[]`;
  }
  const entries = Object.entries(value).map(([key, part]) => `${keyOf(key)}: ${typeOf(part)}`);
  return entries.length === 0 ? "Record<string, never>" : `{ ${entries.join("; ")} }`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
