import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * System tests run the built CLI: `tsc -b` makes it when it is older than its sources, and does nothing otherwise.
 * With `PAWL_TEST_BUILT=1` what is in `dist` is tested as it is.
 */
export function setup(): void {
  if (process.env["PAWL_TEST_BUILT"] === "1") return;
  const repository = fileURLToPath(new URL("../../", import.meta.url));
  execFileSync(process.execPath, [`${repository}node_modules/typescript/bin/tsc`, "-b"], {
    cwd: repository,
    stdio: "inherit",
  });
}
