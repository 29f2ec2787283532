import { WorkflowEntrypoint } from "cloudflare:workers";
import { observe } from "./observe.ts";
import { outside, programFor, register } from "./outside.ts";
import { type Binding, type Event, nameOf, type Step } from "./program.ts";
import { programs } from "./programs/index.ts";
import { forceReplays } from "./replays.ts";

interface Env {
  PROGRAMS: Binding;
  SHORT: Binding;
  /** The engine's namespace, where the host is Pawl. */
  PAWL_ENGINE?: DurableObjectNamespace;
}

register(programs);

/** Runs the program that its id, or else its payload, names. */
export class Programs extends WorkflowEntrypoint<Env> {
  // @ts-expect-error: the programs' types of event and step are looser than the platform's, on purpose.
  override async run(event: Event, step: Step): Promise<unknown> {
    const program = programFor(event);
    if (program.run === undefined) return "done";
    return program.run(step, event, outside(event.instanceId, this.env[program.workflow ?? "PROGRAMS"]));
  }
}

/** The same with a limit of three steps. */
export class Short extends Programs {}

/**
 * `GET /programs` lists them, `POST /run/<name>/<variant>` runs one and answers its outcome, `POST /replay/<on|off>`
 * sets forced replay.
 */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, command, name, variant] = new URL(request.url).pathname.split("/");
    if (command === "programs") {
      return Response.json(
        programs.map(({ section, title, date, ...program }) => ({
          name: nameOf({ section, title }),
          section,
          title,
          date,
          ...program,
        })),
      );
    }
    if (command === "replay") {
      const shards = await forceReplays(env.PAWL_ENGINE, name === "on");
      return Response.json({ shards });
    }
    const program = programs.find((candidate) => nameOf(candidate) === name);
    if (command !== "run" || program === undefined) return new Response("no such program", { status: 404 });
    return Response.json(await observe(program, `${name}--${variant}`, env[program.workflow ?? "PROGRAMS"]));
  },
};
