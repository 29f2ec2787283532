import { createRequire } from "node:module";

/** The newest compatibility date that the installed workerd knows: its version is `1.YYYYMMDD.n`. */
export function newestCompatibilityDate(): string {
  const manifest: unknown = createRequire(import.meta.url)("workerd/package.json");
  const version =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "";
  const [, year, month, day] = /^\d+\.(\d{4})(\d{2})(\d{2})\./.exec(version) ?? [];
  if (year === undefined || month === undefined || day === undefined) {
    throw new Error(`The installed workerd has a version that says no date: "${version}".`);
  }
  return `${year}-${month}-${day}`;
}
