import { builtinModules } from "node:module";

/**
 * Node modules that workerd has only from some date on, the flag that brings each at any date, and that date.
 * Found by probing workerd 1.20261117; what is not listed is there with `nodejs_compat` alone.
 */
interface ModuleSince {
  readonly flags: readonly string[];
  readonly since: string;
}

const HTTP: ModuleSince = { flags: ["enable_nodejs_http_modules"], since: "2025-08-15" };

const LATER_MODULES: Readonly<Record<string, ModuleSince>> = {
  _http_agent: HTTP,
  _http_client: HTTP,
  _http_common: HTTP,
  _http_incoming: HTTP,
  _http_outgoing: HTTP,
  // The server half is a flag of its own, without which `createServer` throws.
  http: { flags: [...HTTP.flags, "enable_nodejs_http_server_modules"], since: "2025-09-01" },
  https: { flags: [...HTTP.flags, "enable_nodejs_http_server_modules"], since: "2025-09-01" },
  _http_server: { flags: [...HTTP.flags, "enable_nodejs_http_server_modules"], since: "2025-09-01" },
  http2: { flags: ["enable_nodejs_http2_module"], since: "2025-09-01" },
  fs: { flags: ["enable_nodejs_fs_module"], since: "2025-09-15" },
  "fs/promises": { flags: ["enable_nodejs_fs_module"], since: "2025-09-15" },
  os: { flags: ["enable_nodejs_os_module"], since: "2025-09-15" },
  console: { flags: ["enable_nodejs_console_module"], since: "2025-09-21" },
  vm: { flags: ["enable_nodejs_vm_module"], since: "2025-10-01" },
  cluster: { flags: ["enable_nodejs_cluster_module"], since: "2025-12-04" },
  domain: { flags: ["enable_nodejs_domain_module"], since: "2025-12-04" },
  punycode: { flags: ["enable_nodejs_punycode_module"], since: "2025-12-04" },
  trace_events: { flags: ["enable_nodejs_trace_events_module"], since: "2025-12-04" },
  wasi: { flags: ["enable_nodejs_wasi_module"], since: "2025-12-04" },
  _stream_wrap: { flags: ["enable_nodejs_stream_wrap_module"], since: "2026-01-29" },
  dgram: { flags: ["enable_nodejs_dgram_module"], since: "2026-01-29" },
  inspector: { flags: ["enable_nodejs_inspector_module"], since: "2026-01-29" },
  "inspector/promises": { flags: ["enable_nodejs_inspector_module"], since: "2026-01-29" },
  sqlite: { flags: ["enable_nodejs_sqlite_module"], since: "2026-01-29" },
  child_process: { flags: ["enable_nodejs_child_process_module"], since: "2026-03-17" },
  perf_hooks: { flags: ["enable_nodejs_perf_hooks_module"], since: "2026-03-17" },
  readline: { flags: ["enable_nodejs_readline_module"], since: "2026-03-17" },
  "readline/promises": { flags: ["enable_nodejs_readline_module"], since: "2026-03-17" },
  repl: { flags: ["enable_nodejs_repl_module"], since: "2026-03-17" },
  tty: { flags: ["enable_nodejs_tty_module"], since: "2026-03-17" },
  v8: { flags: ["enable_nodejs_v8_module"], since: "2026-03-17" },
  worker_threads: { flags: ["enable_nodejs_worker_threads_module"], since: "2026-03-17" },
};

/** There with `nodejs_compat` at any date. */
const ALWAYS_MODULES = new Set(
  `_stream_duplex _stream_passthrough _stream_readable _stream_transform _stream_writable _tls_common _tls_wrap assert
  assert/strict async_hooks buffer constants crypto diagnostics_channel dns dns/promises events module net path
  path/posix path/win32 process querystring stream stream/consumers stream/promises stream/web string_decoder sys test
  timers timers/promises tls url util util/types zlib`.split(/\s+/),
);

/** From this date on `nodejs_compat` needs no flag. */
const DEFAULT_SINCE = "2026-08-04";

/** Modules of Node that may be imported by their bare name, as Node itself has it. */
const BARE_NAMES = new Set(builtinModules.filter((name) => !name.startsWith("node:")));

/** `fs` and `node:fs` → `fs`; undefined for what is no module of Node. */
export function nodeModuleName(specifier: string): string | undefined {
  if (specifier.startsWith("node:")) return specifier.slice("node:".length);
  return BARE_NAMES.has(specifier) ? specifier : undefined;
}

/** Whether workerd has the module at all. */
export function isInRuntime(name: string): boolean {
  return ALWAYS_MODULES.has(name) || Object.hasOwn(LATER_MODULES, name);
}

/** What the project's date and flags say about modules of Node: all of them, `node:async_hooks` only, or none. */
export function nodeCompatMode(date: string, flags: readonly string[]): "full" | "async-hooks" | "none" {
  if (flags.includes("nodejs_compat") || flags.includes("nodejs_compat_v2")) return "full";
  if (date >= DEFAULT_SINCE && !flags.includes("no_nodejs_compat")) return "full";
  return flags.includes("nodejs_als") ? "async-hooks" : "none";
}

/**
 * The project's flags and those that the imported modules of Node need beyond them at this date, so that a project
 * with an old date finds the modules that wrangler would have filled in.
 *
 * @param modules names without `node:`.
 */
export function withNodeFlags(date: string, flags: readonly string[], modules: Iterable<string>): readonly string[] {
  // Naming a flag that the date implies makes workerd print a warning at every start.
  const all = new Set(date >= DEFAULT_SINCE ? flags.filter((flag) => flag !== "nodejs_compat") : flags);
  for (const name of modules) {
    // The engine's own import.
    if (name === "async_hooks" && nodeCompatMode(date, flags) === "none") all.add("nodejs_als");
    const later = Object.hasOwn(LATER_MODULES, name) ? LATER_MODULES[name] : undefined;
    if (later === undefined || date >= later.since) continue;
    for (const flag of later.flags) {
      if (!all.has(flag.replace(/^enable_/, "disable_"))) all.add(flag);
    }
  }
  return [...all];
}

/** Imported modules of Node that the project's own flags switch off. */
export function disabledModules(flags: readonly string[], modules: Iterable<string>): readonly string[] {
  return [...modules].filter((name) =>
    (Object.hasOwn(LATER_MODULES, name) ? LATER_MODULES[name] : undefined)?.flags.some((flag) =>
      flags.includes(flag.replace(/^enable_/, "disable_")),
    ),
  );
}
