import { PawlError, shortPath } from "../../compiler/index.ts";
import { type DevEvent, type DevServer, startDevServer } from "../../dev/index.ts";
import { command } from "../command.ts";
import { banner, exposureWarning } from "../output/banner.ts";
import { openOutput, type Output, SERVE_ARGS, serveOptions } from "../serve-args.ts";
import { Stopper } from "../stopper.ts";
import { readyFacts } from "./start.ts";

/** More names than these are counted. */
const SHOWN_FILES = 3;

export const dev = command(
  {
    name: "dev",
    summary: "Serve a project while it is being worked on",
    examples: [
      ["pawl dev", "serve the project in this folder; rebuild and reload when its files change"],
      ["pawl dev --port 3000", "on another port"],
      ["pawl dev --build-page", "the page from its build command, not from Vite"],
    ],
  },
  {
    meta: { name: "dev" },
    args: {
      ...SERVE_ARGS,
      "build-page": {
        type: "boolean",
        description: "Build the page with the project's build command, also where Vite could serve it",
      },
    },
    async run({ args }) {
      const options = serveOptions("dev", args);
      const output = openOutput(args);
      const { progress, log, say } = output;
      const stopper = new Stopper((signal) => say("info", `${signal}: stopping`, { event: "stopping" }));
      let server: DevServer;
      try {
        server = await startDevServer({
          ...options,
          buildPage: args["build-page"] === true,
          log,
          onProgress: (phase) => progress.phase(phase),
          onEvent: (event) => {
            progress.clear();
            tell(event, output);
          },
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
      const exposure = exposureWarning(args.host);
      if (exposure !== undefined) say("warn", exposure);
    },
  },
);

function tell(event: DevEvent, { isJson, colors, say }: Output): void {
  switch (event.type) {
    case "ready": {
      const { server, url, page } = event;
      const { project, dataDirectory, startedInMs } = server;
      if (isJson) say("info", `${project.name} is ready at ${url}`, readyFacts(server, url));
      else process.stdout.write(banner({ project, dataDirectory, startedInMs, url, page }, colors));
      return;
    }
    case "reloaded":
      say("info", `${named(event.changed)} changed: rebuilt in ${Math.round(event.tookMs)} ms`, { event: "reloaded" });
      return;
    case "page":
      say("info", `${named(event.changed)} changed: page reloaded`, { event: "page" });
      return;
    case "failed": {
      const { error, isServing, url } = event;
      const what = isServing ? "The last good build goes on being served" : "Nothing is served yet";
      const message = `${messageOf(error)}\n\n${what} at ${url}; waiting for a change.`;
      say("error", message, { event: "build_failed", facts: { url } });
    }
  }
}

function named(paths: readonly string[]): string {
  const names = paths.slice(0, SHOWN_FILES).map(shortPath);
  const more = paths.length - names.length;
  return more === 0 ? names.join(", ") : `${names.join(", ")} and ${more} more`;
}

/** A stack is of use only when pawl itself is at fault. */
function messageOf(error: unknown): string {
  if (error instanceof PawlError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
