import { type LogEntry, type Server, startServer } from "../../host/index.ts";
import { command } from "../command.ts";
import { banner, exposureWarning } from "../output/banner.ts";
import { openOutput, SERVE_ARGS, serveOptions } from "../serve-args.ts";
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
    args: SERVE_ARGS,
    async run({ args }) {
      const options = serveOptions("start", args);
      const { isJson, colors, progress, log, say } = openOutput(args);
      const stopper = new Stopper((signal) => say("info", `${signal}: stopping`, { event: "stopping" }));
      let server: Server;
      try {
        server = await startServer({
          ...options,
          log,
          onProgress: (phase) => progress.phase(phase),
          signal: stopper.signal,
        });
      } catch (error) {
        // Asked to stop before there was anything to stop.
        if (stopper.signal.aborted) stopper.exit();
        throw error;
      } finally {
        progress.clear();
      }
      stopper.take(server);
      if (isJson) say("info", `${server.project.name} is ready at ${server.url}`, readyFacts(server, server.url));
      else process.stdout.write(banner(server, colors));
      const exposure = exposureWarning(args.host);
      if (exposure !== undefined) say("warn", exposure);
    },
  },
);

export function readyFacts(server: Server, url: string): Pick<LogEntry, "event" | "facts"> {
  const { dataDirectory, shards, startedInMs, pid } = server;
  const port = Number(new URL(url).port);
  const facts = { url, port, dataDirectory, shards, startedInMs: Math.round(startedInMs), pid: process.pid };
  return { event: "ready", facts: pid === undefined ? facts : { ...facts, workerdPid: pid } };
}
