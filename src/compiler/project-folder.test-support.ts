import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Files by path below a temporary folder that is gone after the test. Answers the folder. */
export function projectFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pawl-compiler-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Makes the packages of this repository importable from a temporary project. */
export function linkPackages(folder: string): void {
  symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(folder, "node_modules"));
}

/** A wrangler.jsonc with what every project needs, and more on top. */
export function wranglerJson(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name: "app", main: "main.ts", compatibility_date: "2026-06-11", ...more }, undefined, 2);
}
