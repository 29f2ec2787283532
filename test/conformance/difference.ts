import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Json } from "./hosts/client.ts";

/**
 * Why a difference is there:
 * - `production`: Cloudflare documents it so for production, and its local engine does otherwise;
 * - `engines`: Cloudflare's two local engines differ from each other, and Pawl does what `wrangler dev` does (checked);
 * - `bug`: a fault of the local engine, not copied;
 * - `purpose`: Pawl does better on purpose;
 * - `missing`: Pawl cannot do it yet.
 */
export const KINDS = ["production", "engines", "bug", "purpose", "missing"] as const;

export type Kind = (typeof KINDS)[number];

/** One row of the table of differences. */
export interface Difference {
  readonly topic: string;
  readonly kind: Kind;
  readonly cloudflare: string;
  readonly pawl: string;
  readonly why: string;
  /** What the suite sees of it: program, then path within its outcome. Empty where a program cannot show it. */
  readonly where: Readonly<Record<string, Readonly<Record<string, Seen>>>>;
}

/** The two values, shortened by `brief`. */
export interface Seen {
  readonly cloudflare: Json;
  readonly pawl: Json;
}

const FILE = fileURLToPath(new URL("differences.json", import.meta.url));

export async function readDifferences(): Promise<Difference[]> {
  return JSON.parse(await readFile(FILE, "utf8")) as Difference[];
}

export async function writeDifferences(differences: readonly Difference[]): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(differences, undefined, 2)}\n`);
}

const LONGEST = 300;
const SHOWN = 120;

/** A long value as its beginning and a digest of all of it, so that the table stays readable and as strict. */
export function brief(value: Json): Json {
  const json = JSON.stringify(value);
  if (json.length <= LONGEST) return value;
  const digest = createHash("sha1").update(json).digest("hex").slice(0, 12);
  return `${json.slice(0, SHOWN)}… (${json.length} characters, ${digest})`;
}
