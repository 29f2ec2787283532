import type { Invariant } from "../check/violation.ts";

/** A way to break the engine or the agents, as replacements in the text of its built modules. */
export interface Variant {
  readonly name: string;
  /** What it does wrong. */
  readonly breaks: string;
  /** Invariants of which at least one must be found violated. */
  readonly violates: readonly Invariant[];
  readonly patches: readonly Patch[];
  /** It takes runs that are dropped from memory, and so waits longer than ten seconds. */
  readonly needsLongWaits?: true;
  /** How long there is load; default 20 s. What shows at the end only needs less of it. */
  readonly durationMs?: number;
}

export interface Patch {
  /** Folder in `dist`; default `engine`. */
  readonly room?: "engine" | "agent";
  /** In this folder. */
  readonly file: string;
  /** Must be there exactly once: a change that moves it is to be followed here. */
  readonly find: string;
  readonly replace: string;
}

const LATER_MS = 20;

/** Each of them must be caught, or the checker that finds nothing wrong proves nothing. */
export const VARIANTS: readonly Variant[] = [
  {
    name: "answers-create-early",
    breaks: "`create` is acknowledged before the run is written",
    violates: ["E2", "E9"],
    patches: [
      {
        file: "engine.js",
        find: "this.#commands.create(workflow, request, token)",
        replace: later("create(workflow, request, token)"),
      },
    ],
  },
  {
    name: "answers-events-early",
    breaks: "`sendEvent` is acknowledged before the event is written",
    violates: ["E4", "E5"],
    patches: [
      {
        file: "engine.js",
        find: "this.#commands.sendEvent(workflow, id, event, token)",
        replace: later("sendEvent(workflow, id, event, token)"),
      },
    ],
  },
  {
    name: "goes-on-before-the-journal",
    breaks: "a step's result is used before its row is written",
    violates: ["E1", "E2"],
    patches: [
      {
        file: "steps/journaled.js",
        find: "    return joined(execution, write);",
        replace: `    setTimeout(() => void joined(execution, write), ${LATER_MS});\n    return Promise.resolve();`,
      },
    ],
  },
  {
    name: "reruns-finished-steps",
    breaks: "a finished step is run again in a replay",
    violates: ["E1"],
    patches: [
      {
        file: "steps/step-do.js",
        find: "if (row?.state === STATE.completed)",
        replace: "if (row?.state === STATE.completed && row.count > 2)",
      },
    ],
  },
  {
    name: "forgets-delivered-events",
    breaks: "an event is taken, and the step that got it is not written",
    violates: ["E4", "E5"],
    patches: [
      {
        file: "steps/step-wait.js",
        find: 'steps.complete(this.#step.row, marks.next(), encode(event, ""));',
        replace: "",
      },
    ],
  },
  {
    name: "delivers-events-again",
    breaks: "a delivered event stays in the buffer",
    violates: ["E4"],
    patches: [{ file: "steps/step-wait.js", find: "events.take(event, this.#step.row.step);", replace: "" }],
  },
  {
    name: "delivers-the-latest-event-first",
    breaks: "events come in the reverse order of acceptance",
    violates: ["E4"],
    patches: [
      { file: "journal/events-table.js", find: "ORDER BY event LIMIT 1", replace: "ORDER BY event DESC LIMIT 1" },
    ],
  },
  {
    name: "drops-due-timers",
    breaks: "one in four sleeps, back-offs and timeouts in memory never fires",
    violates: ["E5"],
    durationMs: 3000,
    patches: [
      {
        file: "runs/execution.js",
        find: "wait.timer = this.host.timers.add(dueAt, wait.fire);",
        replace: "wait.timer = this.host.timers.add(dueAt, Math.random() < 0.25 ? () => {} : wait.fire);",
      },
    ],
  },
  {
    name: "leaves-sleepers-asleep",
    breaks: "what falls due for runs that are not in memory is forgotten",
    violates: ["E5"],
    needsLongWaits: true,
    durationMs: 3000,
    patches: [{ file: "journal/steps-table.js", find: "if (!isLive(run))", replace: "if (false)" }],
  },
  {
    name: "wakes-early",
    breaks: "sleeps last half as long as they should",
    violates: ["E5"],
    patches: [
      {
        file: "steps/step-sleep.js",
        find: "const dueAt = timeOf(row.started) + ms;",
        replace: "const dueAt = timeOf(row.started) + ms / 2;",
      },
    ],
  },
  {
    name: "forgets-runs-at-start",
    breaks: "one shard in two does not take up its runs when it starts",
    violates: ["E5"],
    durationMs: 5000,
    patches: [
      {
        file: "engine.js",
        find: "ctx.waitUntil(this.#shard.takeUp());",
        replace: "if (Math.random() < 0.5) ctx.waitUntil(this.#shard.takeUp());",
      },
    ],
  },
  {
    name: "charges-kills",
    breaks: "an attempt that a kill has cut off counts as a retry",
    violates: ["E8"],
    patches: [
      {
        file: "steps/step-do.js",
        find: "            row.attempts++;",
        replace: "            row.failures = Math.max(row.failures, row.attempts);\n            row.attempts++;",
      },
    ],
  },
  {
    name: "keeps-stale-executions",
    breaks: "an execution that was paused, terminated or restarted goes on",
    violates: ["E3"],
    patches: [{ file: "runs/execution.js", find: "        this.alive = false;", replace: "" }],
  },
  {
    name: "starts-steps-in-a-pause",
    breaks: "a pause that waits for a callback lets other steps begin",
    violates: ["E3"],
    patches: [{ file: "runs/commands.js", find: "execution?.closeGate(now);", replace: "" }],
  },
  {
    name: "counts-no-names",
    breaks: "two steps of one name are taken for the same",
    violates: ["E6", "E1", "E2"],
    patches: [
      {
        file: "runs/execution.js",
        find: "const nth = (this.#uses.get(usedHere) ?? 0) + 1;",
        replace: "const nth = 1;",
      },
      {
        file: "runs/execution.js",
        find: "const count = row?.count ?? this.#nextCount(used, inside === null);",
        replace: "const count = 1;",
      },
    ],
  },
  {
    name: "forgets-report-keys",
    breaks: "an agent takes a report again that it has taken",
    violates: ["agents"],
    patches: [
      {
        room: "agent",
        file: "store/reports-table.js",
        find: "return this.#sql.exec(query, run, step, count, method, call).toArray().length > 0;",
        replace: "return false;",
      },
      {
        room: "agent",
        file: "reports/reports.js",
        find: "if (!this.#store.reports.add(run.number, taking))",
        replace: "this.#store.reports.add(run.number, taking);\n                if (false)",
      },
    ],
  },
  {
    name: "revives-cancelled-runs",
    breaks: "an agent takes what a cancelled run reports",
    violates: ["agents"],
    patches: [{ room: "agent", file: "lifecycle.js", find: "return outcome === null;", replace: "return true;" }],
  },
  {
    name: "mixes-up-runs",
    breaks: "an agent takes every report for one of the run that was started last",
    violates: ["agents"],
    patches: [
      {
        room: "agent",
        file: "reports/reports.js",
        find: "this.#store.get(taking.run);",
        replace: "this.#store.get(this.#store.currentId ?? taking.run);",
      },
    ],
  },
];

function later(call: string): string {
  return `(setTimeout(() => void this.#commands.${call}, ${LATER_MS}), Promise.resolve({ ok: true, value: null }))`;
}

/** @throws RangeError with the names that there are */
export function variantNamed(name: string): Variant {
  const found = VARIANTS.find((variant) => variant.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `There is no variant "${name}". There are: ${VARIANTS.map((variant) => variant.name).join(", ")}`,
  );
}
