/**
 * Every key that wrangler knows at the top level of its configuration, and what Pawl does with it.
 * A key that is not in this table does not exist, and is refused with the nearest name that does.
 */
export type KeyRule = ReadRule | NoteRule | RefuseRule | SkipRule;

/**
 * Which value an environment sees (wrangler's rule).
 * `inherited`: its own, else the one at the top level. `own`: only its own. `top`: the key may stand at the top level only.
 */
type KeyScope = "inherited" | "own" | "top";

/** Pawl acts on the key. */
interface ReadRule {
  readonly use: "read";
  readonly scope: KeyScope;
}

/** The key is accepted although it changes nothing on one machine; `text` says why. */
interface NoteRule {
  readonly use: "note";
  readonly scope: KeyScope;
  readonly text: string;
}

/** The application would not work as written: `text` says what is missing. Void values (`[]`, `false`) are no request and pass. */
interface RefuseRule {
  readonly use: "refuse";
  readonly scope: KeyScope;
  readonly text: string;
}

/** Means nothing to anybody but the tool that wrote it. */
interface SkipRule {
  readonly use: "skip";
  readonly scope: KeyScope;
}

const read = (scope: KeyScope): ReadRule => ({ use: "read", scope });
const note = (scope: KeyScope, text: string): NoteRule => ({ use: "note", scope, text });
const refuse = (scope: KeyScope, text: string): RefuseRule => ({ use: "refuse", scope, text });
const skip: SkipRule = { use: "skip", scope: "top" };

/** A binding whose service Pawl does not have. */
const notYet = (what: string): RefuseRule =>
  refuse(
    "own",
    `Pawl does not run ${what} yet. Remove the binding, or move it to an environment that Pawl does not start.`,
  );

const NO_EDGE = "there is no edge network on one machine";
const ONE_DOOR = "Pawl serves the Worker on the address it is started with";

export const TOP_LEVEL_KEYS: Readonly<Record<string, KeyRule>> = {
  $schema: skip,
  env: read("top"),

  name: read("inherited"),
  main: read("inherited"),
  compatibility_date: read("inherited"),
  compatibility_flags: read("inherited"),
  migrations: read("inherited"),
  assets: read("inherited"),
  build: read("inherited"),
  tsconfig: read("inherited"),
  jsx_factory: read("inherited"),
  jsx_fragment: read("inherited"),
  minify: read("inherited"),
  rules: read("inherited"),
  alias: read("top"),
  durable_objects: read("own"),
  workflows: read("own"),
  vars: read("own"),
  secrets: read("own"),
  define: read("own"),

  account_id: note("inherited", "nothing is deployed to an account"),
  workers_dev: note("inherited", ONE_DOOR),
  preview_urls: note("inherited", ONE_DOOR),
  previews: note("inherited", ONE_DOOR),
  route: note("inherited", ONE_DOOR),
  routes: note("inherited", ONE_DOOR),
  placement: note("inherited", NO_EDGE),
  cache: note("inherited", NO_EDGE),
  compliance_region: note("inherited", NO_EDGE),
  limits: note("inherited", "workerd has no CPU or subrequest limits"),
  observability: note("inherited", "logs and history are kept on this machine"),
  logpush: note("inherited", "logs are kept on this machine"),
  tail_consumers: note("own", "logs are kept on this machine"),
  streaming_tail_consumers: note("own", "logs are kept on this machine"),
  upload_source_maps: note("inherited", "source maps are always made and stay on this machine"),
  no_bundle: note("inherited", "the Worker is always bundled, because the workflow engine is put into it"),
  keep_names: note("inherited", "names are always kept, because agents are routed by class name"),
  preserve_file_names: note("inherited", "modules get names of Pawl's own"),
  base_dir: note("inherited", "modules are found through imports"),
  first_party_worker: note("inherited", NO_EDGE),
  send_metrics: note("top", "Pawl sends nothing to anybody"),
  keep_vars: note("top", "nothing is deployed"),
  dependencies_instrumentation: note("top", "nothing is deployed"),
  dev: note("top", "ports and addresses are options of the command"),

  // Written by the Vite plugin into the configuration that it generates.
  topLevelName: skip,
  definedEnvironments: skip,
  targetEnvironment: skip,
  configPath: skip,
  userConfigPath: skip,
  legacy_env: skip,
  pages_build_output_dir: refuse(
    "top",
    "Pawl runs Workers, not Pages projects. Give `main` and `assets.directory` instead.",
  ),

  ai: notYet("Workers AI"),
  ai_search: notYet("AI Search"),
  ai_search_namespaces: notYet("AI Search"),
  agent_memory: notYet("Agent Memory"),
  analytics: notYet("Analytics"),
  analytics_engine_datasets: notYet("Analytics Engine"),
  artifacts: notYet("Artifacts"),
  browser: notYet("Browser Rendering"),
  cloudchamber: notYet("containers"),
  containers: notYet("containers"),
  connect: notYet("raw TCP listeners"),
  d1_databases: notYet("D1 databases"),
  dispatch_namespaces: notYet("dispatch namespaces"),
  flagship: notYet("Flagship"),
  hyperdrive: notYet("Hyperdrive"),
  images: notYet("Images"),
  k2: notYet("K2"),
  kv_namespaces: notYet("KV namespaces"),
  logfwdr: notYet("logfwdr bindings"),
  media: notYet("Media Transformations"),
  mtls_certificates: notYet("mTLS certificates"),
  pipelines: notYet("Pipelines"),
  queues: notYet("Queues"),
  r2_buckets: notYet("R2 buckets"),
  ratelimits: notYet("rate limiters"),
  secrets_store_secrets: notYet("the Secrets Store"),
  send_email: notYet("outgoing email"),
  services: notYet("service bindings"),
  stream: notYet("Stream"),
  unsafe: notYet("`unsafe` bindings"),
  unsafe_hello_world: notYet("`unsafe` bindings"),
  vectorize: notYet("Vectorize"),
  version_metadata: notYet("version metadata"),
  vpc_networks: notYet("VPC networks"),
  vpc_services: notYet("VPC services"),
  websearch: notYet("Web Search"),
  worker_loaders: notYet("worker loaders"),
  triggers: refuse(
    "inherited",
    "Pawl does not run cron triggers yet. Remove them, or schedule from an agent (`this.schedule`).",
  ),
  exports: refuse(
    "inherited",
    "Pawl does not read `exports` yet. List the Durable Object classes in `migrations[].new_sqlite_classes`.",
  ),
  access: refuse(
    "inherited",
    "Cloudflare Access does not stand in front of a Worker that runs here, so requests would arrive unchecked. Check them in the Worker or in a proxy, then remove this key.",
  ),
  find_additional_modules: refuse(
    "inherited",
    "Pawl takes only modules that are imported with a fixed path. Import them, then remove this key.",
  ),
  python_modules: refuse("inherited", "Pawl does not run Python Workers."),
  addresses: refuse("top", "Pawl does not receive email."),
  site: refuse("top", "Workers Sites is not supported. Use `assets` with a `directory`."),
  wasm_modules: refuse("top", "This belongs to Workers that are not ES modules. Import the .wasm file instead."),
  text_blobs: refuse("top", "This belongs to Workers that are not ES modules. Import the text file instead."),
  data_blobs: refuse("top", "This belongs to Workers that are not ES modules. Import the .bin file instead."),
};

/** Keys inside the sections that Pawl reads. The text refuses a key that wrangler knows and Pawl does not run. */
export type SectionKeys = Readonly<Record<string, "read" | { readonly note: string } | { readonly refuse: string }>>;

export const DURABLE_OBJECTS_KEYS: SectionKeys = {
  bindings: "read",
  code_update_strategy: { note: "new code takes over when the server restarts" },
};

export const DURABLE_OBJECT_BINDING_KEYS: SectionKeys = {
  name: "read",
  class_name: "read",
  script_name: "read",
  environment: { refuse: "`environment` belongs to classes of another Worker, and Pawl runs one Worker. Remove it." },
};

const migrationRefusal = (what: string, way: string): { readonly refuse: string } => ({
  refuse: `Pawl does not ${what} yet. ${way}`,
});

export const MIGRATION_KEYS: SectionKeys = {
  tag: "read",
  new_sqlite_classes: "read",
  new_classes: migrationRefusal(
    "run Durable Objects with key-value storage",
    "Declare the classes in `new_sqlite_classes`: SQLite storage has the same key-value methods.",
  ),
  renamed_classes: migrationRefusal(
    "rename classes",
    "A project without data here can name the new class in `new_sqlite_classes` and drop this entry.",
  ),
  deleted_classes: migrationRefusal(
    "delete classes",
    "A project without data here can drop this entry and the class's own entry in `new_sqlite_classes`.",
  ),
  transferred_classes: migrationRefusal("move classes between Workers", "Declare the class in `new_sqlite_classes`."),
};

export const WORKFLOW_KEYS: SectionKeys = {
  binding: "read",
  name: "read",
  class_name: "read",
  script_name: "read",
  limits: "read",
  schedules: "read",
  concurrency: "read",
  default_retention: "read",
  jurisdiction: { refuse: "Data stays on this machine; a jurisdiction cannot be promised. Remove this key." },
};

export const WORKFLOW_LIMIT_KEYS: SectionKeys = { steps: "read" };
export const WORKFLOW_CONCURRENCY_KEYS: SectionKeys = { limit: "read" };
export const WORKFLOW_RETENTION_KEYS: SectionKeys = { success_retention: "read", error_retention: "read" };

export const ASSETS_KEYS: SectionKeys = {
  directory: "read",
  binding: "read",
  html_handling: "read",
  not_found_handling: "read",
  run_worker_first: "read",
  base_path: {
    refuse:
      "Pawl serves assets from `/` only. Put the files in a folder of that name below `directory`, then remove this key.",
  },
};

export const BUILD_KEYS: SectionKeys = { command: "read", cwd: "read", watch_dir: "read" };
export const SECRETS_KEYS: SectionKeys = { required: "read" };
export const RULE_KEYS: SectionKeys = { type: "read", globs: "read", fallthrough: "read" };

/** Binding names with this beginning are Pawl's own. */
export const RESERVED_PREFIX = "PAWL_";

/** The engine's class, exported by the bundle beside the user's. */
export const ENGINE_CLASS = "WorkflowEngine";
