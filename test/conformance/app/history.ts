import { faithful } from "./faithful.ts";
import { sleep } from "./outside.ts";
import { type Binding, sortedJson, type Subscription } from "./program.ts";

/** Whether and when an instance counts as waiting is the platform's own business, and not the same in its engines. */
const LEFT_OUT: ReadonlySet<unknown> = new Set(["workflow_running", "workflow_waiting", "workflow_queued"]);
const PATIENCE_MS = 1000;

/** The events of an instance that has ended, one line each, without times; `null` when there is nothing to read. */
export async function historyOf(binding: Binding, id: string): Promise<string[] | null> {
  let subscription: Subscription;
  try {
    const instance = await binding.get(id);
    if (!["complete", "errored", "terminated"].includes((await instance.status()).status)) return null;
    if (!("subscribe" in instance)) return null;
    subscription = await instance.subscribe();
  } catch {
    // There is no such instance (any more), which the program itself has noted.
    return null;
  }
  const lines: string[] = [];
  for (;;) {
    const next = await Promise.race([subscription.next(), sleep(PATIENCE_MS).then(() => "nothing came")]);
    if (typeof next === "string") return [...lines, next];
    if (next.done === true) return lines;
    const line = lineOf(next.value);
    if (line !== undefined) lines.push(line);
  }
}

/** `type step rest`, where the rest is JSON. */
export function lineOf(event: unknown): string | undefined {
  if (typeof event !== "object" || event === null) return String(event);
  const { type, stepName, instanceId: _, eventId: __, timestamp: ___, ...rest } = event as Record<string, unknown>;
  if (LEFT_OUT.has(type)) return undefined;
  const facts = Object.keys(rest).length === 0 ? "" : ` ${sortedJson(faithful(rest))}`;
  const step = typeof stepName === "string" ? ` ${stepName}` : "";
  return `${String(type)}${step}${facts}`;
}
