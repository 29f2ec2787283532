import { fileURLToPath } from "node:url";
import { type RunningServer, startCli } from "../support/server.ts";
import { Door } from "../support/door.ts";
import { Witness } from "../support/witness.ts";

export interface Status {
  status: string;
  output: unknown;
  error?: { name: string; message: string };
}

/** The engine under test: an application of `test/fixtures` on a real server, and a witness of what its steps do. */
export class EngineApp {
  readonly server: RunningServer;
  readonly witness: Witness;
  readonly door: Door;
  #created = 0;

  private constructor(server: RunningServer, witness: Witness) {
    this.server = server;
    this.witness = witness;
    this.door = new Door(server.dataDir);
  }

  /** @param fixture a folder of `test/fixtures` whose application answers as `engine-app` does */
  static async start(fixture = "engine-app"): Promise<EngineApp> {
    const project = fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url));
    return new EngineApp(await startCli(project), await Witness.start());
  }

  /** Another application that answers the same calls. */
  static async of(
    project: string,
    witness: Witness,
    args: readonly string[] = [],
    dataDir?: string,
  ): Promise<EngineApp> {
    return new EngineApp(await startCli(project, { args, ...(dataDir !== undefined && { dataDir }) }), witness);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.witness.stop();
  }

  /** Calls a method of the binding, or of an instance when `id` is given. @throws what the application saw thrown */
  async call(
    method: string,
    args: unknown[],
    { id, workflow = "PROGRAMS" }: { id?: string; workflow?: string } = {},
  ): Promise<unknown> {
    const response = await fetch(this.server.url, {
      method: "POST",
      body: JSON.stringify({ workflow, id, method, args }),
    });
    const answer = (await response.json()) as { value?: unknown; error?: { name: string; message: string } };
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error.message), { name: answer.error.name });
    return answer.value;
  }

  /** Starts a program of the fixture; resolves with its id. */
  async create(program: string, params: { ms?: number; count?: number } = {}, workflow?: string): Promise<string> {
    const id = `${program.replaceAll(/[^a-z]+/g, "-")}-${++this.#created}`;
    const options = workflow === undefined ? {} : { workflow };
    await this.call("create", [{ id, params: { program, witness: this.witness.url, ...params } }], options);
    return id;
  }

  async status(id: string, workflow = "PROGRAMS"): Promise<Status> {
    return (await this.call("status", [], { id, workflow })) as Status;
  }

  /** Polls until the run has one of these states. @throws after 30 s, with the state it has */
  async until(id: string, states: string | string[], workflow?: string): Promise<Status> {
    const until = Date.now() + 30_000;
    for (;;) {
      const status = await this.status(id, workflow);
      if ([states].flat().includes(status.status)) return status;
      if (Date.now() > until)
        throw new Error(`${id} is ${JSON.stringify(status)}, not ${[states].flat().join(" or ")}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
  }

  /** Starts a program and waits for its end. */
  async run(
    program: string,
    params: { ms?: number; count?: number } = {},
    workflow?: string,
  ): Promise<Status & { id: string }> {
    const id = await this.create(program, params, workflow);
    return { id, ...(await this.until(id, ["complete", "errored", "terminated"], workflow)) };
  }

  /** Creates runs of one program by the hundred. */
  async createMany(ids: readonly string[], program: string, params: object = {}, workflow = "PROGRAMS"): Promise<void> {
    for (let i = 0; i < ids.length; i += 100) {
      const batch = ids.slice(i, i + 100);
      const given = { program, witness: this.witness.url, ...params };
      await this.call("createBatch", [batch.map((id) => ({ id, params: given }))], { workflow });
    }
  }

  async control(id: string, method: "pause" | "resume" | "terminate" | "restart", options?: unknown): Promise<void> {
    await this.call(method, options === undefined ? [] : [options], { id });
  }

  async send(id: string, payload: unknown, type = "go"): Promise<void> {
    await this.call("sendEvent", [{ type, payload }], { id });
  }

  /** SIGKILL for the whole process group, then the same command on the same data. */
  async killAndRestart(): Promise<void> {
    await this.server.kill9();
    await this.server.restart();
  }
}

/** For tests of what a point in time changes. */
export async function clockReaches(timeMs: number): Promise<void> {
  while (Date.now() <= timeMs) {
    await new Promise((resolve) => {
      setTimeout(resolve, timeMs - Date.now() + 1);
    });
  }
}
