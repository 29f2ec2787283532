import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Bundle } from "./bundle.ts";
import type { Project } from "./project.ts";

export interface Served {
  readonly url: string;
  /** All that workerd has printed so far. */
  output(): string;
}

/** Starts a bundle on the real workerd with a hand-written configuration; it ends with the test. */
export async function serveBundle(bundle: Bundle, project: Project): Promise<Served> {
  const data = join(bundle.outDir, "data");
  mkdirSync(data, { recursive: true });
  const config = join(bundle.outDir, "test.capnp");
  writeFileSync(config, configText(bundle, project, data));
  const { default: binary } = createRequire(import.meta.url)("workerd") as { default: string };
  const child = spawn(binary, ["serve", config, "--experimental", "--control-fd=3"], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (output += String(data)));
  const port = await new Promise<string>((resolve, reject) => {
    child.stdio[3]?.on("data", (data) => {
      const found = /"port":(\d+)/.exec(String(data))?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", () => reject(new Error(`workerd did not start:\n${output}`)));
  });
  return { url: `http://127.0.0.1:${port}`, output: () => output };
}

function configText(bundle: Bundle, project: Project, data: string): string {
  const modules = bundle.modules.map(
    ({ name, kind }) => `(name = ${quote(name)}, ${kind} = embed ${quote(`worker/${name}`)})`,
  );
  const namespaces = bundle.durableObjectClasses.map(
    (name) => `(className = ${quote(name)}, uniqueKey = ${quote(name)}, enableSql = true)`,
  );
  const bindings = [
    ...project.durableObjects.map(
      ({ binding, className }) => `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`,
    ),
    `(name = "PAWL_ENGINE", durableObjectNamespace = "WorkflowEngine")`,
    ...Object.entries(project.vars).map(([name, value]) =>
      typeof value === "string"
        ? `(name = ${quote(name)}, text = ${quote(value)})`
        : `(name = ${quote(name)}, json = ${quote(JSON.stringify(value))})`,
    ),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${modules.join(", ")}],
      compatibilityDate = ${quote(bundle.compatibilityDate)},
      compatibilityFlags = [${bundle.compatibilityFlags.map(quote).join(", ")}],
      bindings = [${bindings.join(", ")}],
      durableObjectNamespaces = [${namespaces.join(", ")}],
      durableObjectStorage = (localDisk = "data"),
    )),
    (name = "data", disk = (path = ${quote(data)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
