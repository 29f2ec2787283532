import type { ArgsDef } from "citty";
import { type LogEntry, type LogSink, MAX_SHARDS, type StartOptions } from "../host/index.ts";
import { wholeNumber } from "./check-args.ts";
import { type Colors, colorsFor } from "./output/colors.ts";
import { formatJson, formatPretty } from "./output/format-entry.ts";
import { Progress } from "./output/progress.ts";
import { ENV_ARG, PROJECT_ARG } from "./common-args.ts";

/** Arguments of the commands that serve a project. */
export const SERVE_ARGS = {
  project: PROJECT_ARG,
  port: {
    type: "string",
    alias: "p",
    valueHint: "number",
    default: "8787",
    description: "Port to listen on; 0 picks a free one",
  },
  host: { type: "string", valueHint: "address", default: "127.0.0.1", description: "Address to listen on" },
  data: { type: "string", valueHint: "folder", description: "Where data is kept (default: .pawl in the project)" },
  env: ENV_ARG,
  shards: {
    type: "string",
    valueHint: "number",
    description: "Shards of the workflow engine, fixed when the data is first made (default: 8)",
  },
  "max-live-runs": {
    type: "string",
    valueHint: "number",
    description: "Workflow runs held in memory at once; further ones are queued (default: 20000)",
  },
  "max-heap": {
    type: "string",
    valueHint: "MiB",
    description: "Memory for JavaScript; when it is used up, workerd is started again (default: V8's own limit)",
  },
  "blocked-after": {
    type: "string",
    valueHint: "seconds",
    default: "15",
    description: "Restart when code has kept the event loop busy for this long",
  },
  "log-format": {
    type: "enum",
    options: ["pretty", "json"],
    default: "pretty",
    description: "How log lines are written",
  },
  verbose: { type: "boolean", description: "Show workerd's own messages and the stacks of pawl's errors" },
} as const satisfies ArgsDef;

/** What citty makes of them. */
export interface ServeArgs {
  readonly project: string;
  readonly port: string;
  readonly host: string;
  readonly data?: string | undefined;
  readonly env?: string | undefined;
  readonly shards?: string | undefined;
  readonly "max-live-runs"?: string | undefined;
  readonly "max-heap"?: string | undefined;
  readonly "blocked-after": string;
  readonly "log-format": string;
  readonly verbose?: boolean | undefined;
}

/** @throws UsageError */
export function serveOptions(command: string, args: ServeArgs): Omit<StartOptions, "log"> {
  const number = (flag: keyof ServeArgs, range: readonly [number, number]) => {
    const text = args[flag];
    return typeof text === "string" ? wholeNumber(command, `--${flag}`, text, range) : undefined;
  };
  const port = number("port", [0, 65_535]);
  const shards = number("shards", [1, MAX_SHARDS]);
  const maxLiveRuns = number("max-live-runs", [1, 10_000_000]);
  const maxHeapMib = number("max-heap", [64, 65_536]);
  const blockedAfter = number("blocked-after", [1, 3600]);
  return {
    project: args.project,
    host: args.host,
    ...(port !== undefined && { port }),
    ...(blockedAfter !== undefined && { limits: { blockedAfterMs: 1000 * blockedAfter } }),
    ...(args.data !== undefined && { dataDirectory: args.data }),
    ...(args.env !== undefined && { environment: args.env }),
    ...(shards !== undefined && { shards }),
    ...(maxLiveRuns !== undefined && { maxLiveRuns }),
    ...(maxHeapMib !== undefined && { maxHeapMib }),
  };
}

/** Where a serving command writes to. */
export interface Output {
  readonly isJson: boolean;
  readonly colors: Colors;
  readonly progress: Progress;
  readonly log: LogSink;
  readonly say: (level: LogEntry["level"], message: string, more?: Partial<LogEntry>) => void;
}

export function openOutput(args: ServeArgs): Output {
  const isJson = args["log-format"] === "json";
  const colors = colorsFor(process.stdout);
  const progress = new Progress(process.stderr, !isJson);
  const log = (entry: LogEntry) => {
    if (entry.internal === true && args.verbose !== true) return;
    progress.clear();
    process.stdout.write(`${isJson ? formatJson(entry) : formatPretty(entry, colors)}\n`);
  };
  return {
    isJson,
    colors,
    progress,
    log,
    say: (level, message, more = {}) => log({ time: Date.now(), level, source: "pawl", message, ...more }),
  };
}
