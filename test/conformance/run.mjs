import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

// Node 20 runs no TypeScript; vite, which vitest brings, does.
await runnerImport(fileURLToPath(new URL("cli.ts", import.meta.url)), { configFile: false, logLevel: "warn" });
