import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "dotenv";
import { expand } from "dotenv-expand";
import type { ConfigReader } from "./config-reader.ts";
import { RESERVED_PREFIX } from "./config-keys.ts";
import type { FilePlace } from "./errors.ts";

/** Secrets as they were found on disk. */
export interface Secrets {
  readonly values: Readonly<Record<string, string>>;
  /** The files that were read. */
  readonly files: readonly string[];
  /** Where a secret stands. */
  placeOf(name: string): FilePlace | undefined;
}

/**
 * Reads the secrets of a project with wrangler's precedence: `.dev.vars.<environment>`, else `.dev.vars`, and only
 * when there is neither, `.env`, `.env.local`, `.env.<environment>` and `.env.<environment>.local`, the later over
 * the earlier. References (`${NAME}`) are resolved in `.env` files only.
 */
export async function readSecrets(root: string, environment: string | undefined): Promise<Secrets> {
  const { devVars, env: names } = namesFor(environment);
  for (const name of devVars) {
    const source = await readIfThere(join(root, name));
    if (source !== undefined) return collect([source], parse(source.text));
  }
  const sources: Source[] = [];
  for (const name of names) {
    const source = await readIfThere(join(root, name));
    if (source !== undefined) sources.push(source);
  }
  const merged: Record<string, string> = Object.assign({}, ...sources.map((source) => parse(source.text)));
  // A process environment of its own, so that neither ours is changed nor its values get into the Worker.
  // Without a prototype: a variable may be called "constructor".
  const processEnv: Record<string, string> = Object.setPrototypeOf({}, null);
  const expanded = expand({ parsed: merged, processEnv }).parsed ?? merged;
  return collect(sources, expanded);
}

/** The files that `readSecrets` looks for, whether they are there or not. */
export function secretFiles(root: string, environment: string | undefined): string[] {
  const { devVars, env } = namesFor(environment);
  return [...devVars, ...env].map((name) => join(root, name));
}

function namesFor(environment: string | undefined): { devVars: string[]; env: string[] } {
  if (environment === undefined) return { devVars: [".dev.vars"], env: [".env", ".env.local"] };
  return {
    devVars: [`.dev.vars.${environment}`, ".dev.vars"],
    env: [".env", ".env.local", `.env.${environment}`, `.env.${environment}.local`],
  };
}

/** Refuses names that are Pawl's own. */
export function checkSecretNames(secrets: Secrets, reader: ConfigReader): void {
  for (const name of Object.keys(secrets.values)) {
    const place = secrets.placeOf(name);
    if (place === undefined || !name.startsWith(RESERVED_PREFIX)) continue;
    reader.fault(place, name, `\`${name}\`: names that begin with ${RESERVED_PREFIX} are Pawl's own. Rename it.`);
  }
}

interface Source {
  readonly file: string;
  readonly text: string;
}

function collect(sources: readonly Source[], values: Readonly<Record<string, string>>): Secrets {
  return {
    values,
    files: sources.map((source) => source.file),
    placeOf: (name) => findPlace(sources, name),
  };
}

function findPlace(sources: readonly Source[], name: string): FilePlace | undefined {
  for (const { file, text } of sources.toReversed()) {
    for (const [index, line] of text.split("\n").entries()) {
      const start = /^\s*(?:export\s+)?(?=[\w.-]+\s*[=:])/.exec(line)?.[0].length;
      if (start === undefined) continue;
      const rest = line.slice(start);
      if (rest.startsWith(name) && /^\s*[=:]/.test(rest.slice(name.length)))
        return { file, line: index + 1, column: start + 1 };
    }
  }
  return undefined;
}

async function readIfThere(file: string): Promise<Source | undefined> {
  try {
    return { file, text: await readFile(file, "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
