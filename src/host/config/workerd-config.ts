import type { Bundle, BundleModule, Project } from "../../compiler/index.ts";
import { SecretUnusableError } from "../errors.ts";
import { assetsServiceConfig, type AssetListing } from "./asset-rules.ts";
import { Embed, renderCapnp, type CapnpStruct, type CapnpValue } from "./capnp-text.ts";

/** Names of the sockets, as workerd reports them when it listens. */
export const APP_SOCKET = "app";
export const DOOR_SOCKET = "door";

/** The engine's class and the binding under which the bundle expects its namespace. */
export const ENGINE_CLASS = "WorkflowEngine";
const ENGINE_BINDING = "PAWL_ENGINE";

/** Of what the last process died; set by the supervisor, read by the engine. */
export const LAST_DEATH_VARIABLE = "PAWL_LAST_DEATH";
const DOOR_TOKEN_VARIABLE = "PAWL_DOOR_TOKEN";
/** What our own Workers are written against; has nothing to do with the project's date. */
const OUR_COMPATIBILITY_DATE = "2026-06-11";

const MAX_SECRET_BYTES = 100_000;

export interface WorkerdConfigInput {
  readonly project: Project;
  readonly bundle: Bundle;
  /** Number of engine shards, for the door, which knocks on each. */
  readonly shards: number;
  /** The most that JavaScript may take of the memory, in MiB. Default: V8's own. */
  readonly maxHeapMib?: number;
  /** Folder of the Durable Objects' databases. */
  readonly storagePath: string;
  /** Sources of the Workers of ours that run beside the project's. */
  readonly sources: { readonly door: readonly OwnModule[]; readonly emptyCache: string };
  readonly doorToken: string;
  /** Needed when the project has assets. */
  readonly assetListing?: AssetListing;
  /** Where the project listens; port 0 lets the system choose. */
  readonly address: ListenAddress;
}

/** An ES module of ours; the first one of a Worker is its main module. */
export interface OwnModule {
  readonly name: string;
  readonly text: string;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface WorkerdConfig {
  /** Cap'n Proto text; its `embed` paths are relative to the bundle's folder, where it is to be written. */
  readonly text: string;
  /** Variables the process must have: secrets travel this way and never touch the disk. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * workerd's configuration for a project: the user's Worker (`main`), its assets, the door, storage, network.
 * A pure function: the same input gives the same text.
 * @throws SecretUnusableError
 */
export function workerdConfig(input: WorkerdConfigInput): WorkerdConfig {
  const { project, bundle } = input;
  const hasEngine = project.workflows.length > 0;
  const secrets = secretBindings(project);

  const services: CapnpStruct[] = [
    { name: "main", worker: mainWorker(input, secrets.bindings) },
    { name: "door", worker: doorWorker(input, hasEngine) },
    {
      name: "cache",
      worker: {
        modules: [{ name: "cache.js", esModule: input.sources.emptyCache }],
        compatibilityDate: OUR_COMPATIBILITY_DATE,
      },
    },
    { name: "storage", disk: { path: input.storagePath, writable: true } },
    // Without this workerd refuses fetch() to private addresses; an application on one's own machine talks to them.
    { name: "internet", network: { allow: ["public", "private"], tlsOptions: { trustBrowserCas: true } } },
  ];
  if (project.assets !== undefined) {
    const listing = input.assetListing ?? { hashedFiles: [] };
    services.push({
      name: "assets",
      assets: {
        path: project.assets.directory,
        config: assetsServiceConfig(project.assets, listing),
        userWorker: "main",
      },
    });
  }

  const config = renderCapnp({
    v8Flags: v8Flags(input),
    // The prefixes are "stdout: " and "stderr: " otherwise, in front of what a Worker writes to process.stdout.
    logging: { structuredLogging: true, stdoutPrefix: "", stderrPrefix: "" },
    services,
    sockets: [
      {
        name: APP_SOCKET,
        address: socketAddress(input.address),
        http: {},
        service: project.assets === undefined ? "main" : "assets",
      },
      { name: DOOR_SOCKET, address: "127.0.0.1:0", http: {}, service: "door" },
    ],
  });
  return {
    text: `# Written by pawl from ${commentText(project.name)}; bundle of ${bundle.modules.length} module(s).\nusing Workerd = import "/workerd/workerd.capnp";\n\nconst config :Workerd.Config = ${config};\n`,
    environment: { ...secrets.environment, [DOOR_TOKEN_VARIABLE]: input.doorToken },
  };
}

/**
 * The young generation's default of 32 MiB is memory that a server of many short-lived objects soon has and never gives
 * back: workerd lets V8 collect only while it works. With this one a hundred thousand sleeping runs take half of it.
 */
const YOUNG_GENERATION_MIB = 4;

function v8Flags({ maxHeapMib }: WorkerdConfigInput): string[] {
  const young = `--max-semi-space-size=${YOUNG_GENERATION_MIB}`;
  return maxHeapMib === undefined ? [young] : [young, `--max-old-space-size=${maxHeapMib}`];
}

/** `host:port` as workerd parses it. A host name is resolved and may stand for two addresses, which two ports 0 split. */
export function socketAddress({ host, port }: ListenAddress): string {
  const address = host === "localhost" ? "127.0.0.1" : host;
  return address.includes(":") && !address.startsWith("[") ? `[${address}]:${port}` : `${address}:${port}`;
}

function mainWorker(input: WorkerdConfigInput, secrets: CapnpStruct[]): CapnpStruct {
  const { project, bundle } = input;
  const hasEngine = project.workflows.length > 0;
  const classes = namespaceClasses(project, bundle);
  const bindings: CapnpStruct[] = [
    ...varBindings(project),
    ...secrets,
    ...project.durableObjects.map(({ binding, className }) => ({ name: binding, durableObjectNamespace: className })),
  ];
  if (hasEngine) {
    bindings.push(
      { name: ENGINE_BINDING, durableObjectNamespace: ENGINE_CLASS },
      { name: LAST_DEATH_VARIABLE, fromEnvironment: LAST_DEATH_VARIABLE },
    );
  }
  if (project.assets?.binding !== undefined) {
    bindings.push({ name: project.assets.binding, service: { name: "assets", entrypoint: "AssetWorker" } });
  }
  return {
    modules: bundle.modules.map(moduleEntry),
    compatibilityDate: bundle.compatibilityDate,
    compatibilityFlags: flags(bundle.compatibilityFlags),
    bindings,
    cacheApiOutbound: "cache",
    durableObjectNamespaces: classes.map((className) => ({
      className,
      // The same key that `workerd deploy` gives a class; it names the folder of the class's databases.
      uniqueKey: `${project.name}-${className}`,
      enableSql: true,
      // The engine decides itself which runs stay in memory.
      preventEviction: className === ENGINE_CLASS && hasEngine ? true : undefined,
    })),
    durableObjectStorage: { localDisk: "storage" },
  };
}

/**
 * Classes that get a namespace of their own: bound ones and those that migrations introduced. A class that is only
 * exported gets none, as on Cloudflare: `ctx.exports` then gives its class, which is what sub-agents are made from.
 */
function namespaceClasses(project: Project, bundle: Bundle): string[] {
  const exported = new Set(bundle.durableObjectClasses);
  const classes = new Set(project.durableObjects.map((object) => object.className));
  for (const className of project.sqliteClasses) if (exported.has(className)) classes.add(className);
  if (project.workflows.length > 0) classes.add(ENGINE_CLASS);
  return [...classes];
}

function doorWorker(input: WorkerdConfigInput, hasEngine: boolean): CapnpStruct {
  const bindings: CapnpStruct[] = [
    { name: "TOKEN", fromEnvironment: DOOR_TOKEN_VARIABLE },
    { name: "SHARDS", json: JSON.stringify(hasEngine ? input.shards : 0) },
  ];
  if (hasEngine) {
    bindings.push({ name: "ENGINE", durableObjectNamespace: { className: ENGINE_CLASS, serviceName: "main" } });
  }
  return {
    modules: input.sources.door.map(({ name, text }) => ({ name, esModule: text })),
    compatibilityDate: OUR_COMPATIBILITY_DATE,
    bindings,
  };
}

function moduleEntry(module: BundleModule): CapnpStruct {
  const file = new Embed(`worker/${module.name}`);
  return { name: module.name, [moduleField(module.kind)]: file };
}

function moduleField(kind: BundleModule["kind"]): string {
  // The names are workerd's own; listed so that a new kind cannot slip through unnoticed.
  const fields = { esModule: "esModule", wasm: "wasm", text: "text", data: "data" } as const;
  return fields[kind];
}

/** Compression of WebSocket messages costs ~200 MB over a thousand busy sockets; nobody on one machine gains from it. */
function flags(own: readonly string[]): CapnpValue {
  const asked = own.includes("web_socket_compression") || own.includes("no_web_socket_compression");
  return asked ? own : [...own, "no_web_socket_compression"];
}

function varBindings(project: Project): CapnpStruct[] {
  const secret = new Set(project.secretNames);
  return Object.entries(project.vars).flatMap(([name, value]) => {
    if (secret.has(name)) return [];
    return [typeof value === "string" ? { name, text: value } : { name, json: JSON.stringify(value) }];
  });
}

function secretBindings(project: Project): { bindings: CapnpStruct[]; environment: Record<string, string> } {
  const bindings: CapnpStruct[] = [];
  const environment: Record<string, string> = {};
  for (const [index, name] of project.secretNames.entries()) {
    const value = project.vars[name];
    if (value === undefined) continue;
    // Numbered, because a binding's name need not be one that an environment can carry.
    const variable = `PAWL_SECRET_${index}`;
    bindings.push({ name, fromEnvironment: variable });
    environment[variable] = secretText(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return { bindings, environment };
}

/** Secrets travel in the environment, which has room for 128 KiB a variable and ends strings at a zero byte. */
function secretText(name: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SECRET_BYTES) {
    const message = `The secret ${name} has ${bytes} bytes; ${MAX_SECRET_BYTES} are the most that can be passed to a Worker. Keep large data in a file or a store of its own.`;
    throw new SecretUnusableError(name, message);
  }
  if (text.includes("\0")) {
    throw new SecretUnusableError(name, `The secret ${name} contains a zero byte. Encode it, for example as base64.`);
  }
  return text;
}

function commentText(text: string): string {
  return text.replaceAll(/[\r\n]/g, " ");
}
