import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Application, Served } from "./application.ts";
import { binaryPath } from "./binary.ts";
import { configText } from "./workerd-config.ts";

const READY_WITHIN_MS = 20_000;

/**
 * Serves an application on stock workerd with the engine that it brings (`bundled = "/workerd/workflows.js"`).
 * Configuration and data go into `folder`, which must exist and is the caller's to remove.
 * @throws with everything the process has written when it does not listen within 20 s
 */
export async function serveOnWorkerd(app: Application, folder: string): Promise<Served> {
  await writeFile(join(folder, "main.js"), app.script);
  await mkdir(join(folder, "data"), { recursive: true });
  const config = join(folder, "config.capnp");
  await writeFile(config, configText(app, join(folder, "data")));
  const child = spawn(binaryPath(), ["serve", config, "--experimental", "--control-fd=3"], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => (written += chunk));
  }
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const port = await portOf(child.stdio[3] as Readable);
  if (port === undefined) {
    kill();
    throw new Error(`workerd with Cloudflare's engine did not start:\n${written}`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    ...(child.pid !== undefined && { pid: child.pid }),
    stop: async () => {
      process.off("exit", kill);
      kill();
      await ended;
    },
  };
}

async function portOf(control: Readable): Promise<number | undefined> {
  const lines = createInterface({ input: control });
  const late = setTimeout(() => lines.close(), READY_WITHIN_MS);
  try {
    for await (const line of lines) {
      const { event, port } = JSON.parse(line) as { event: string; port: number };
      if (event === "listen") return port;
    }
    return undefined;
  } finally {
    clearTimeout(late);
  }
}
