import type { FilePlace } from "./errors.ts";

/**
 * What a Worker project is to Pawl: its configuration, read and checked, with every path absolute.
 * The reader makes one of these from `wrangler.jsonc`, `.json` or `.toml`; everything after it
 * (lowering, bundling, workerd's configuration) is a function of this value and never looks at the file again.
 */
export interface Project {
  /** Folder of the configuration file. */
  readonly root: string;
  /** The configuration file itself. */
  readonly configPath: string;
  /** The selected environment; absent when the top level is run. */
  readonly environment?: string;
  /** The Worker's name; `<name>-<environment>` in an environment that gives none of its own. */
  readonly name: string;
  /** The Worker's entry module. */
  readonly main: string;
  /** `YYYY-MM-DD`. Never later than the installed workerd knows. */
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly durableObjects: readonly DurableObjectBinding[];
  /** Classes that `migrations[].new_sqlite_classes` have introduced so far, in order. */
  readonly sqliteClasses: readonly string[];
  readonly workflows: readonly WorkflowConfig[];
  /** `vars`, then secrets from `.dev.vars` or `.env`; a string is a text binding, anything else a JSON binding. */
  readonly vars: Readonly<Record<string, JsonValue>>;
  /** Names in `vars` that came from a secrets file: never printed, never written into a build. */
  readonly secretNames: readonly string[];
  readonly assets?: AssetsConfig;
  readonly build?: BuildCommand;
  /** What the configuration says about bundling; absent when it says nothing. */
  readonly bundling?: BundlingConfig;
  /** Existing files whose change means that the project must be read again: the configuration, secrets files. */
  readonly sources: readonly string[];
  /** Keys that were accepted although they change nothing on one machine, for the start-up text. */
  readonly notes: readonly ConfigNote[];
  /** Where classes are named in the configuration, so that later errors can point there. */
  readonly classPlaces?: Readonly<Record<string, FilePlace>>;
  /** The same for compatibility flags, of which only the runtime knows which there are. */
  readonly flagPlaces?: Readonly<Record<string, FilePlace>>;
}

export interface DurableObjectBinding {
  readonly binding: string;
  readonly className: string;
}

export interface WorkflowConfig {
  readonly binding: string;
  readonly name: string;
  readonly className: string;
  /** `limits.steps`: how many `step.do` calls a run may make. Default 10,000. */
  readonly stepLimit?: number;
  /** `concurrency.limit`: how many runs execute at once; the others are queued. Default: no limit of its own. */
  readonly concurrencyLimit?: number;
  /** `default_retention.success_retention`, in ms: how long a completed run is kept. Default 30 days. */
  readonly successRetentionMs?: number;
  /** `default_retention.error_retention`, in ms: the same for errored and terminated runs. Default 30 days. */
  readonly errorRetentionMs?: number;
  /** `schedules`: cron expressions, in UTC. */
  readonly schedules?: readonly string[];
}

export interface AssetsConfig {
  readonly directory: string;
  readonly binding?: string;
  readonly notFoundHandling: "none" | "404-page" | "single-page-application";
  readonly htmlHandling: "auto-trailing-slash" | "force-trailing-slash" | "drop-trailing-slash" | "none";
  /** `true`: the Worker sees every request first. A list: paths (globs, `!` negates) that it sees first. */
  readonly runWorkerFirst: boolean | readonly string[];
}

/** wrangler's custom build: a shell command that is run before the Worker is bundled. */
export interface BuildCommand {
  readonly command: string;
  readonly cwd: string;
  /** Folders whose change means that the command must run again. */
  readonly watchDirs?: readonly string[];
}

export interface BundlingConfig {
  /** `define`: identifiers and the JavaScript expressions that replace them. */
  readonly define: Readonly<Record<string, string>>;
  /** `alias`: module names and what is imported instead. */
  readonly alias: Readonly<Record<string, string>>;
  readonly minify: boolean;
  /** Absolute path of a `tsconfig` that is used instead of the one nearest to `main`. */
  readonly tsconfig?: string;
  readonly jsxFactory?: string;
  readonly jsxFragment?: string;
  /** `rules`: how files that are not JavaScript are imported; before the default ones. */
  readonly rules: readonly ModuleRule[];
}

export interface ModuleRule {
  readonly kind: "text" | "data" | "wasm";
  /** Matched against what the import says; `*` spans folders. */
  readonly globs: readonly string[];
  /** Whether the default rule for this kind still counts after this one. */
  readonly fallthrough: boolean;
}

/** A place in a configuration file, with 1-based line and column, and what is to be said about it. */
export interface ConfigNote {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Dotted path of the key; empty when the file as a whole is meant. */
  readonly key: string;
  readonly text: string;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
