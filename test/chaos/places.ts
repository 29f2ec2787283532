import { join } from "node:path";
import { REPOSITORY } from "../support/repository.ts";

/** The application under test. */
export const FIXTURE = join(REPOSITORY, "test", "fixtures", "chaos-app");
/** The built package. */
export const DIST = join(REPOSITORY, "dist");
