import type { Application, WorkflowOf } from "./application.ts";

/**
 * workerd's configuration for an application with Cloudflare's engine beside it, as the header of workerd's
 * `workflows.js` documents it. `main.js` is expected beside the file. Without workflows there is no engine.
 */
export function configText(app: Application, dataFolder: string): string {
  const services = [
    `(name = "app", worker = ${appWorker(app)})`,
    ...(app.workflows.length > 0 ? [`(name = "engine", worker = ${engineWorker(app)})`] : []),
    `(name = "data", disk = (path = ${text(dataFolder)}, writable = true))`,
    // fetch() to the machine itself is refused otherwise.
    `(name = "internet", network = (allow = ["public", "private"]))`,
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(", ")}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")]
);
`;
}

function appWorker(app: Application): string {
  const objects = app.objects ?? [];
  const bindings = [
    ...app.workflows.map(workflowBinding),
    ...objects.map(
      ({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
  ];
  const namespaces = objects.map(
    ({ className }) =>
      `(className = ${text(className)}, uniqueKey = ${text(`${app.name}-${className}`)}, enableSql = true)`,
  );
  return fields([
    `modules = [(name = "main.js", esModule = embed "main.js")]`,
    `compatibilityDate = ${text(app.compatibilityDate)}`,
    `compatibilityFlags = [${(app.compatibilityFlags ?? []).map(text).join(", ")}]`,
    `bindings = [${bindings.join(", ")}]`,
    ...(objects.length > 0
      ? [`durableObjectNamespaces = [${namespaces.join(", ")}]`, `durableObjectStorage = (localDisk = "data")`]
      : []),
    ...(app.workflows.length > 0
      ? [
          `workflowsEngine = (actorClass = (name = "engine", entrypoint = "Engine"), workflows = [${app.workflows.map(engineWorkflow).join(", ")}])`,
        ]
      : []),
  ]);
}

function engineWorker(app: Application): string {
  const namespaces = app.workflows.map(
    ({ name }) =>
      `(name = ${text(`workflow:${name}`)}, durableObjectNamespace = (className = ${text(`miniflare-workflows-${name}`)}, serviceName = "app"))`,
  );
  const limits = Object.fromEntries(
    app.workflows.map(({ name, stepLimit }) => [name, stepLimit === undefined ? {} : { steps: stepLimit }]),
  );
  return fields([
    `modules = [(name = "workflows.js", bundled = "/workerd/workflows.js")]`,
    `compatibilityDate = ${text(app.compatibilityDate)}`,
    `durableObjectStorage = (localDisk = "data")`,
    `bindings = [${namespaces.join(", ")}, (name = "WORKFLOWS", json = ${text(JSON.stringify(limits))})]`,
  ]);
}

function workflowBinding({ binding, name }: WorkflowOf): string {
  const inner = `(name = "fetcher", service = ${entrypoint(name)})`;
  return `(name = ${text(binding)}, wrapped = (moduleName = "cloudflare-internal:workflows-api", innerBindings = [${inner}]))`;
}

function engineWorkflow({ name, className }: WorkflowOf): string {
  return `(className = ${text(className)}, name = ${text(name)}, bindingService = ${entrypoint(name)})`;
}

function entrypoint(workflow: string): string {
  return `(name = "engine", entrypoint = "WorkflowBinding", props = (json = ${text(JSON.stringify({ workflow }))}))`;
}

function fields(list: readonly string[]): string {
  return `(${list.join(", ")})`;
}

function text(value: unknown): string {
  return JSON.stringify(value);
}
