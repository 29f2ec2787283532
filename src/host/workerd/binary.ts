import { createRequire } from "node:module";
import { UnsupportedPlatformError } from "../errors.ts";

/** Path of the workerd binary that npm has installed for this machine. */
export function workerdBinary(): string {
  // workerd's package throws while it is loaded when it has no binary; a plain import would take all of pawl with it.
  let loaded: unknown;
  let cause: unknown;
  try {
    loaded = createRequire(import.meta.url)("workerd");
  } catch (error) {
    cause = error;
  }
  if (typeof loaded === "object" && loaded !== null && "default" in loaded && typeof loaded.default === "string") {
    return loaded.default;
  }
  throw new UnsupportedPlatformError(
    `There is no workerd for ${process.platform}-${process.arch} among the installed packages. It exists for Linux and macOS on x64 and arm64; install again without leaving out optional dependencies (--omit=optional).`,
    { cause },
  );
}
