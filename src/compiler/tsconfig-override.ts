import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A `tsconfig.json` for the bundler that exists only as long as the build. */
export interface TsconfigOverride {
  readonly file: string;
  remove(): Promise<void>;
}

/**
 * Writes a `tsconfig.json` that is the user's (the one nearest to `main`, or the one that was named) with standard
 * decorators. The Agents SDK reads metadata that only these carry: under `experimentalDecorators` a `@callable` method
 * is compiled without an error and then cannot be called. `paths` and JSX settings come through `extends`. The file
 * counts for every source, so that it is written only for projects that have such decorators.
 */
export async function overrideTsconfig(main: string, named: string | undefined): Promise<TsconfigOverride> {
  const base = named ?? nearestTsconfig(dirname(main));
  const folder = await mkdtemp(join(tmpdir(), "pawl-tsconfig-"));
  const file = join(folder, "tsconfig.json");
  const content = {
    ...(base === undefined ? {} : { extends: base }),
    compilerOptions: { experimentalDecorators: false, emitDecoratorMetadata: false },
  };
  await writeFile(file, JSON.stringify(content));
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}

function nearestTsconfig(folder: string): string | undefined {
  for (const name of ["tsconfig.json", "jsconfig.json"]) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestTsconfig(parent);
}
