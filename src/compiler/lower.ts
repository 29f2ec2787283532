import { ENGINE_CLASS } from "./config-keys.ts";
import type { Project } from "./project.ts";

/** The made-up module with `bindingsModule`'s text. */
const BINDINGS_MODULE = "pawl:bindings";
/** Stands for the engine's entry file. */
const ENGINE_MODULE = "pawl/engine";

/** What lowering needs to know of a project. */
type LoweredProject = Pick<Project, "workflows" | "compatibilityDate" | "compatibilityFlags">;

/** What the engine is told beside the project. */
export interface EngineOptions {
  /** How many engine shards the application's data has. */
  readonly shards: number;
  /** How many runs are held in memory at once; further ones are queued. Default 20,000. */
  readonly maxLiveRuns?: number;
  /** Tests may look into runs and change what they meet. Default: they cannot. */
  readonly testing?: boolean;
}

/**
 * The module that is evaluated before anything of the user's: it puts the workflow bindings on `env`, so that they are
 * there for code at the user's top level too.
 */
export function bindingsModule(project: LoweredProject, { shards }: EngineOptions): string {
  const workflows = project.workflows.map(({ binding, name }) => ({ binding, name }));
  return `import { env } from "cloudflare:workers";
import { bindWorkflows } from ${quote(ENGINE_MODULE)};
// workerd says nothing about a rejection that nobody handles.
addEventListener("unhandledrejection", (event) => {
  console.error("Unhandled rejection:", event.reason);
});
bindWorkflows(env, ${quote({ shards, workflows })});
`;
}

/**
 * The bundle's entry module: the user's exports, the engine beside them, and the workflows registered with it.
 *
 * @param mainSpecifier what the entry imports the user's main as.
 * @param exportNames what main exports, `default` included when it is there.
 */
export function entryModule(
  project: LoweredProject,
  engine: EngineOptions,
  mainSpecifier: string,
  exportNames: readonly string[],
): string {
  const { workflows, compatibilityDate, compatibilityFlags } = project;
  const options = quote({ ...engine, compatibilityDate, compatibilityFlags, workflows });
  // A workflow runs inside the engine; exported, its class would be taken for a Durable Object.
  const inEngine = new Set(workflows.map(({ className }) => className));
  const named = exportNames.filter((name) => name !== "default" && isIdentifier(name) && !inEngine.has(name));
  const lines = [
    `import ${quote(BINDINGS_MODULE)};`,
    `import * as worker from ${quote(mainSpecifier)};`,
    `import { registerWorkflows, ${ENGINE_CLASS} } from ${quote(ENGINE_MODULE)};`,
    `registerWorkflows(worker, ${options});`,
    `export { ${ENGINE_CLASS} };`,
  ];
  lines.push(exportNames.includes("default") ? `export { default } from ${quote(mainSpecifier)};` : NO_DEFAULT_EXPORT);
  if (named.length > 0) {
    lines.push(
      // workerd takes every export for an entrypoint and does not start when one is a string or a number.
      `const entrypoint = (value) => (typeof value === "function" || (typeof value === "object" && value !== null) ? value : {});`,
      ...named.map((name, index) => `const export${index} = entrypoint(worker.${name});`),
      `export { ${named.map((name, index) => `export${index} as ${name}`).join(", ")} };`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Without a default export workerd hands a request to listeners, and one that nobody answers it sends to where it is
 * addressed: to itself, again and again, until there are no descriptors left. This listener comes after the user's own,
 * and is not called when one of them has answered.
 */
const NO_DEFAULT_EXPORT = `addEventListener("fetch", (event) => {
  event.respondWith(new Response("Nothing in this Worker answers requests: its main module has no default export. Add to it: export default { fetch(request, env, ctx) { … } }\\n", { status: 500 }));
});`;

/** What user code gets for `cloudflare:workers`: the native module with our `WorkflowEntrypoint` over its own. */
export const WORKERS_MODULE = `export * from "cloudflare:workers";
export { WorkflowEntrypoint } from ${quote(ENGINE_MODULE)};
`;

/** Stands in for `cloudflare:email`, which workerd lacks and `agents` imports: fails when a message is made. */
export const EMAIL_MODULE = `export class EmailMessage {
  constructor() {
    throw new Error("Email cannot be sent here: Pawl has no cloudflare:email. Send it through the HTTP API of a mail service.");
  }
}
`;

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name);
}

/** JSON as a JavaScript expression. */
function quote(value: unknown): string {
  return JSON.stringify(value);
}
