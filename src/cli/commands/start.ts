import { MAX_SHARDS, type LogEntry, type Server, startServer } from "../../host/index.ts";
import { wholeNumber } from "../check-args.ts";
import { command } from "../command.ts";
import { banner, exposureWarning } from "../output/banner.ts";
import { colorsFor } from "../output/colors.ts";
import { formatJson, formatPretty } from "../output/format-entry.ts";
import { Progress } from "../output/progress.ts";
import { Stopper } from "../stopper.ts";

export const start = command(
  {
    name: "start",
    summary: "Build a Worker project and serve it",
    examples: [
      ["pawl start", "serve the project in this folder on http://127.0.0.1:8787"],
      ["pawl start apps/shop --port 3000", "another folder, another port"],
      ["pawl start --env staging --data /var/lib/shop", "an environment of the configuration, data elsewhere"],
      ["pawl start --log-format json | tee shop.log", "one JSON object a line, for other programs"],
    ],
  },
  {
    meta: { name: "start" },
    args: {
      project: {
        type: "positional",
        required: false,
        default: ".",
        description: "Folder with wrangler.jsonc, .json or .toml, or that file",
      },
      port: {
        type: "string",
        alias: "p",
        valueHint: "number",
        default: "8787",
        description: "Port to listen on; 0 picks a free one",
      },
      host: { type: "string", valueHint: "address", default: "127.0.0.1", description: "Address to listen on" },
      data: { type: "string", valueHint: "folder", description: "Where data is kept (default: .pawl in the project)" },
      env: { type: "string", alias: "e", valueHint: "name", description: "Environment of the configuration to use" },
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
    },
    async run({ args }) {
      const isJson = args["log-format"] === "json";
      const colors = colorsFor(process.stdout);
      const progress = new Progress(process.stderr, !isJson);
      const port = wholeNumber("start", "--port", args.port, [0, 65_535]);
      const shards =
        args.shards === undefined ? undefined : wholeNumber("start", "--shards", args.shards, [1, MAX_SHARDS]);
      const maxLiveRuns =
        args["max-live-runs"] === undefined
          ? undefined
          : wholeNumber("start", "--max-live-runs", args["max-live-runs"], [1, 10_000_000]);
      const maxHeapMib =
        args["max-heap"] === undefined ? undefined : wholeNumber("start", "--max-heap", args["max-heap"], [64, 65_536]);
      const blockedAfterMs = 1000 * wholeNumber("start", "--blocked-after", args["blocked-after"], [1, 3600]);

      const log = (entry: LogEntry) => {
        if (entry.internal === true && !args.verbose) return;
        progress.clear();
        process.stdout.write(`${isJson ? formatJson(entry) : formatPretty(entry, colors)}\n`);
      };
      const say = (level: LogEntry["level"], message: string, more: Partial<LogEntry> = {}) =>
        log({ time: Date.now(), level, source: "pawl", message, ...more });

      const stopper = new Stopper((signal) => say("info", `${signal}: stopping`, { event: "stopping" }));
      let server: Server;
      try {
        server = await startServer({
          project: args.project,
          host: args.host,
          port,
          log,
          onProgress: (phase) => progress.phase(phase),
          signal: stopper.signal,
          limits: { blockedAfterMs },
          ...(args.data !== undefined && { dataDirectory: args.data }),
          ...(args.env !== undefined && { environment: args.env }),
          ...(shards !== undefined && { shards }),
          ...(maxLiveRuns !== undefined && { maxLiveRuns }),
          ...(maxHeapMib !== undefined && { maxHeapMib }),
        });
      } catch (error) {
        // Asked to stop before there was anything to stop.
        if (stopper.signal.aborted) stopper.exit();
        throw error;
      } finally {
        progress.clear();
      }
      stopper.take(server);
      if (isJson) say("info", `${server.project.name} is ready at ${server.url}`, readyFacts(server));
      else process.stdout.write(banner(server, colors));
      const exposure = exposureWarning(args.host);
      if (exposure !== undefined) say("warn", exposure);
    },
  },
);

function readyFacts(server: Server): Pick<LogEntry, "event" | "facts"> {
  const { url, port, dataDirectory, shards, startedInMs, pid } = server;
  const facts = { url, port, dataDirectory, shards, startedInMs: Math.round(startedInMs), pid: process.pid };
  return { event: "ready", facts: pid === undefined ? facts : { ...facts, workerdPid: pid } };
}
