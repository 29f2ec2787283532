import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** System tests run the built CLI: `tsc -b` makes it when it is older than its sources, and does nothing otherwise. */
export function setup(): void {
  const repository = fileURLToPath(new URL("../../", import.meta.url));
  execFileSync(process.execPath, [`${repository}node_modules/typescript/bin/tsc`, "-b"], {
    cwd: repository,
    stdio: "inherit",
  });
}
