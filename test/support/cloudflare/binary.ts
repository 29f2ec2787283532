import { createRequire } from "node:module";

/** The workerd binary of the npm package that Pawl itself uses. */
export function binaryPath(): string {
  const workerd = createRequire(import.meta.url)("workerd") as { default: string };
  return workerd.default;
}
