import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientMessage } from "../../agent/protocol.ts";
import type { WorkflowError } from "../errors.ts";
import { connected, type ModelAgent, settle } from "./model-agent.test-support.ts";
import { type Snapshot, sliceOf } from "./snapshot.ts";
import type { WorkflowStore } from "./workflow-store.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Outcome = "done" | WorkflowError;

/** What was promised about a start or an event: both may happen once at most. */
interface Promised {
  what: "start" | "event";
  name: string;
  outcome: Promise<Outcome>;
}

/** A story told to an agent and a client of it. */
class Telling {
  readonly agent: ModelAgent;
  readonly store: WorkflowStore;
  readonly promises: Promised[] = [];
  #count = 0;

  constructor() {
    const { agent, store } = connected();
    this.agent = agent;
    this.store = store;
  }

  /** @param number chooses a run, and how many of something */
  async tell(happening: Happening, number: number): Promise<void> {
    const { agent } = this;
    const place = agent.runs.length === 0 ? 0 : number % agent.runs.length;
    HAPPENINGS[happening](this, place, agent.runs[place]?.id ?? "none", number);
    await vi.advanceTimersByTimeAsync(0);
  }

  start(): void {
    const name = `client ${this.#count++}`;
    this.#promise("start", name, this.store.act("start", "", { type: "start", instanceId: name }));
  }

  send(id: string): void {
    const name = `event-${this.#count++}`;
    const message: ClientMessage = { type: "sendEvent", instanceId: id, event: { type: name } };
    this.#promise("event", name, this.store.act("send", id, message));
  }

  ask(action: "pause" | "cancel" | "restart", id: string): void {
    this.store.act(action, id, { type: action, instanceId: id }).catch(() => {});
  }

  /** Lets the connection come back, and everything come to its end that can. */
  async end(): Promise<Snapshot> {
    // An answer that was lost without its connection is given up after a while, and the connection with it.
    for (let n = 0; n < 4; n++) {
      this.agent.connect();
      await settle(this.agent);
      await vi.advanceTimersByTimeAsync(40_000);
    }
    this.agent.connect();
    await settle(this.agent);
    return this.store.getSnapshot();
  }

  /** Promises that have not told the truth. */
  async lies(): Promise<string[]> {
    const lies: string[] = [];
    for (const { what, name, outcome } of this.promises) {
      const told = await outcome;
      const times = what === "start" ? this.#startsOf(name) : this.#eventsOf(name);
      const [least, most] = told === "done" ? [1, 1] : [0, isUnknown(told) ? 1 : 0];
      if (times < least || times > most) lies.push(`${name} was ${String(told)}, and happened ${times} times`);
    }
    return lies;
  }

  #promise(what: Promised["what"], name: string, work: Promise<unknown>): void {
    const outcome = work.then<Outcome, Outcome>(
      () => "done",
      (error: WorkflowError) => error,
    );
    this.promises.push({ what, name, outcome });
  }

  #startsOf(name: string): number {
    return this.agent.runs.filter(({ id }) => id === name).length;
  }

  #eventsOf(name: string): number {
    return this.agent.events.filter((event) => event.endsWith(` ${name}`)).length;
  }
}

/** Whether an error says that nobody knows if it was done. */
function isUnknown({ code }: WorkflowError): boolean {
  return code === "lost" || code === "timeout";
}

const HAPPENINGS = {
  "agent starts": ({ agent }) => agent.start(`run ${agent.runs.length}`),
  "agent restarts": ({ agent }, place) => agent.restart(place),
  "agent ends": ({ agent }, place) => agent.change(place, { status: "complete", progress: 100, endedAt: 1 }),
  "agent adds results": ({ agent }, place, _id, number) => agent.addResults(place, 1 + number),
  "client starts": (telling) => telling.start(),
  "client sends an event": (telling, _place, id) => telling.send(id),
  "client pauses": (telling, _place, id) => telling.ask("pause", id),
  "client cancels": (telling, _place, id) => telling.ask("cancel", id),
  "client restarts": (telling, _place, id) => telling.ask("restart", id),
  "client loads": ({ store }, _place, id, number) => void store.loadEarlier(id, 1 + number).catch(() => {}),
  served: ({ agent }) => void agent.serve(),
  "served, answer lost": ({ agent }) => void agent.serve(false),
  flushed: ({ agent }) => agent.flush(),
  cut: ({ agent }) => agent.cut(),
  connected: ({ agent }) => agent.connect(),
} satisfies Record<string, (telling: Telling, place: number, id: string, number: number) => void>;

type Happening = keyof typeof HAPPENINGS;

const happening = fc.tuple(fc.constantFrom(...(Object.keys(HAPPENINGS) as Happening[])), fc.nat(11));

test("whatever happens in whatever order, in the end it shows the agent's own state, and every promise has told the truth", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 60 }), async (story) => {
      const telling = new Telling();
      const { agent, store } = telling;
      store.watch("run 0");
      for (const [what, number] of story) await telling.tell(what, number);
      const snapshot = await telling.end();

      expect(snapshot.connection).toBe("live");
      expect(snapshot.state).toEqual(agent.state());
      expect(sliceOf(snapshot, "run 0").run).toEqual(agent.view("run 0") ?? null);
      for (const [id, { from, items }] of snapshot.ranges) {
        const all = agent.runs.find((run) => run.id === id)?.all ?? [];
        // Runs that the state does not show are told of by nobody; those that it shows are complete.
        const isShown = snapshot.state?.runs.some((run) => run.id === id) === true;
        expect(items).toEqual(all.slice(from, isShown ? all.length : from + items.length));
      }
      expect(store.isBusy).toBe(false);
      expect([...snapshot.actions.values()].flatMap(({ pending }) => Object.keys(pending))).toEqual([]);
      expect(await telling.lies()).toEqual([]);
      store.close();
    }),
    { numRuns: 300 },
  );
}, 60_000);
