import { setTimeout as delay } from "node:timers/promises";
import fc, { type AsyncCommand } from "fast-check";
import type { EngineApp, Status } from "./app.ts";
import { type Answer, PhasesModel } from "./phases-model.ts";

const WORKFLOW = "PHASES";
const PATIENCE_MS = 30_000;

/** One instance on the real engine. */
export class PhasesRun {
  readonly #app: EngineApp;
  readonly id: string;
  readonly phases: readonly string[];
  #sent = 0;

  constructor(app: EngineApp, { id, phases }: PhasesModel) {
    this.#app = app;
    this.id = id;
    this.phases = phases;
  }

  async call(method: string, ...args: unknown[]): Promise<Answer> {
    try {
      await this.#app.call(method, args, { id: this.id, workflow: WORKFLOW });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async create(): Promise<Answer> {
    const params = { witness: this.#app.witness.url, phases: this.phases };
    try {
      await this.#app.call("create", [{ id: this.id, params }], { workflow: WORKFLOW });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  nextEvent(): number {
    return ++this.#sent;
  }

  async status(): Promise<Status> {
    return this.#app.status(this.id, WORKFLOW);
  }

  /** Lets every callback that was seen go on. */
  release(): void {
    for (const text of this.#app.witness.of(this.id)) {
      if (text.startsWith("held")) this.#app.witness.release(this.id, text);
    }
  }

  async kill(): Promise<void> {
    await this.#app.killAndRestart();
  }

  /** Resolves when it has come to where the model is. @throws when it has not after 30 s, or has gone further */
  async settle(model: PhasesModel): Promise<void> {
    await this.#app.witness.until(
      this.id,
      (seen) =>
        [...model.visits].every(([phase, visits]) => countOf(seen, `at ${phase}`) >= visits) &&
        [...model.begun].every(([phase, begun]) => countOf(seen, `held ${phase} `) >= begun),
    );
    await this.#settleStatus(model);
    const seen = this.#app.witness.of(this.id);
    for (const [phase, begun] of model.begun) {
      const times = countOf(seen, `held ${phase} `);
      if (times !== begun) throw new Error(`the callback of phase ${phase} began ${times} times instead of ${begun}`);
    }
  }

  async #settleStatus(model: PhasesModel): Promise<void> {
    if (!model.exists) {
      const answer = await this.call("status");
      if (answer !== "instance.not_found") throw new Error(`status of what was deleted: ${answer}`);
      return;
    }
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const { status, output, error } = await this.status();
      const seen = JSON.stringify([status === "waiting" ? "running" : status, output, error]);
      if (seen === expectedStatus(model)) return;
      if (Date.now() > until) throw new Error(`it is ${seen} instead of ${expectedStatus(model)}`);
      await delay(5);
    }
  }
}

function expectedStatus({ status, output }: PhasesModel): string {
  return JSON.stringify([status, output, status === "errored" ? { name: "TypeError", message: "failed" } : undefined]);
}

function countOf(seen: readonly string[], text: string): number {
  return seen.filter((line) => (text.endsWith(" ") ? line.startsWith(text) : line === text)).length;
}

export type Command = AsyncCommand<PhasesModel, PhasesRun>;

/** A command is done to both; then both must have come to the same. */
function command(
  name: string,
  onModel: (model: PhasesModel, run: PhasesRun) => Answer | void,
  onRun: (run: PhasesRun, model: PhasesModel) => Promise<Answer>,
  check: (model: PhasesModel) => boolean = () => true,
): Command {
  return {
    toString: () => name,
    check,
    run: async (model, run) => {
      // What the run is asked depends on where the model is before.
      const answer = await onRun(run, model);
      const expected = onModel(model, run) ?? undefined;
      if (expected === undefined ? answer !== undefined : answer?.includes(expected) !== true) {
        throw new Error(`${name} came to ${answer ?? "nothing"} instead of ${expected ?? "nothing"}`);
      }
      await run.settle(model);
    },
  };
}

const plain = (name: "pause" | "resume" | "terminate" | "restart" | "delete"): Command =>
  command(
    name,
    (model) => model[name](),
    async (run) => run.call(name),
  );

/** After a pause, an end or a restart `status()` shows it at once, not in the end (spec §4.4, §15). */
const immediately = (name: "pause" | "terminate", statuses: readonly string[]): Command =>
  command(
    `${name} and look`,
    (model) => model[name](),
    async (run) => {
      const answer = await run.call(name);
      const { status } = await run.status();
      return statuses.includes(status) ? answer : `the status ${status}`;
    },
    (model) => model.exists && !model.hasEnded,
  );

const sendEvent = (): Command => {
  let n = 0;
  return command(
    "sendEvent",
    (model) => model.sendEvent(n),
    async (run) => run.call("sendEvent", { type: "go", payload: (n = run.nextEvent()) }),
  );
};

const TYPES: Readonly<Record<string, string>> = { held: "do", wait: "waitForEvent", sleep: "sleep" };

const restartFrom = (phase: number): Command =>
  command(
    `restart from ${phase}`,
    (model) => model.restartFrom(phase),
    async (run) => {
      const kind = run.phases[phase] ?? "";
      return run.call("restart", { from: { name: `${kind} ${phase}`, type: TYPES[kind] } });
    },
    (model) => !["fail", undefined].includes(model.phases[phase]) && model.hasStarted(phase) !== "perhaps",
  );

const release: Command = command(
  "release",
  (model) => model.release(),
  async (run) => {
    run.release();
    return undefined;
  },
  (model) => model.isHeld,
);

const create: Command = command(
  "create",
  (model) => model.create(),
  async (run) => run.create(),
);

export const kill: Command = command(
  "kill",
  (model) => model.kill(),
  async (run) => {
    await run.kill();
    return undefined;
  },
);

/** Everything that may be done to an instance from outside. */
export const commands = [
  fc.constant(create),
  fc.constant(plain("pause")),
  fc.constant(plain("resume")),
  fc.constant(plain("resume")),
  fc.constant(plain("terminate")),
  fc.constant(plain("restart")),
  fc.constant(plain("delete")),
  fc.constant(immediately("pause", ["paused", "waitingForPause"])),
  fc.constant(immediately("terminate", ["terminated"])),
  fc.constant(release),
  fc.constant(release),
  fc.constant(undefined).map(sendEvent),
  fc.constant(undefined).map(sendEvent),
  fc.nat(4).map(restartFrom),
];
