import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { temporaryDirectory } from "../../support/server.ts";
import { binaryPath } from "./binary.ts";
import { bundleApp } from "./bundle.ts";
import { DATES, type Host, type Profile, WORKFLOWS } from "./host.ts";

const READY_WITHIN_MS = 20_000;

/** Cloudflare's engine as workerd brings it (`bundled = "/workerd/workflows.js"`): the newest there is to compare with. */
export async function startWorkerd(): Promise<Host> {
  const script = await bundleApp();
  // Two processes: workerd admits the name of a workflow once in each.
  const [now, old] = await Promise.all([serve(script, "now"), serve(script, "old")]);
  return {
    name: "workerd",
    urls: { now: now.url, old: old.url },
    stop: async () => {
      await Promise.all([now.stop(), old.stop()]);
    },
  };
}

interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

async function serve(script: string, profile: Profile): Promise<Served> {
  const folder = await temporaryDirectory("conformance-workerd");
  await writeFile(join(folder, "main.js"), script);
  await mkdir(join(folder, "data"));
  const config = join(folder, "config.capnp");
  await writeFile(config, configText(join(folder, "data"), profile));
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

const text = (value: unknown): string => JSON.stringify(value);

/** What the header of workerd's `workflows.js` documents. */
function configText(data: string, profile: Profile): string {
  const entrypoint = (name: string): string =>
    `(name = "engine", entrypoint = "WorkflowBinding", props = (json = ${text(JSON.stringify({ workflow: name }))}))`;
  const workflows = WORKFLOWS.map(
    ({ name, className }) =>
      `(className = ${text(className)}, name = ${text(name)}, bindingService = ${entrypoint(name)})`,
  );
  const bindings = WORKFLOWS.map(
    ({ binding, name }) =>
      `(name = ${text(binding)}, wrapped = (moduleName = "cloudflare-internal:workflows-api", innerBindings = [(name = "fetcher", service = ${entrypoint(name)})]))`,
  );
  const namespaces = WORKFLOWS.map(
    ({ name }) =>
      `(name = "workflow:${name}", durableObjectNamespace = (className = "miniflare-workflows-${name}", serviceName = "app"))`,
  );
  const limits = Object.fromEntries(
    WORKFLOWS.map((workflow) => [workflow.name, "steps" in workflow ? { steps: workflow.steps } : {}]),
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "app", worker = (
      modules = [(name = "main.js", esModule = embed "main.js")],
      compatibilityDate = ${text(DATES[profile])},
      bindings = [${bindings.join(", ")}],
      workflowsEngine = (
        actorClass = (name = "engine", entrypoint = "Engine"),
        workflows = [${workflows.join(", ")}]
      )
    )),
    (name = "engine", worker = (
      modules = [(name = "workflows.js", bundled = "/workerd/workflows.js")],
      compatibilityDate = ${text(DATES[profile])},
      durableObjectStorage = (localDisk = "data"),
      bindings = [${namespaces.join(", ")}, (name = "WORKFLOWS", json = ${text(JSON.stringify(limits))})]
    )),
    (name = "data", disk = (path = ${text(data)}, writable = true))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")]
);
`;
}
