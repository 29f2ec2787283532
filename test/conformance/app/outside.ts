import { type Binding, type Event, nameOf, type Outside, type Program } from "./program.ts";

/** One Worker, one isolate: what callbacks note here is seen by `drive`, in the order in which it happened. */
const traces = new Map<string, string[]>();
const gates = new Set<string>();
const counts = new Map<string, number>();
const lists = new Map<string, number[]>();
const programs = new Map<string, Program>();

/** A promise of one request may not be awaited in another, so one looks again and again. */
const LOOK_MS = 3;

export function register(list: readonly Program[]): void {
  for (const program of list) {
    const name = nameOf(program);
    if (programs.has(name)) throw new Error(`two programs are called ${name}`);
    programs.set(name, program);
  }
}

/** Instances whose id the engine chose say in their payload what they run. */
export function programFor({ instanceId, payload }: Event): Program {
  const named = programs.get(familyOf(instanceId).split("--")[0] ?? "");
  if (named !== undefined) return named;
  const other: unknown = typeof payload === "object" && payload !== null ? Reflect.get(payload, "program") : undefined;
  return programs.get(String(other)) ?? { section: "0", title: "none", run: (_step, event) => event.payload };
}

/** `<program>--<variant>`, which all instances of one run of a program begin with. */
export function familyOf(id: string): string {
  return id.split("--").slice(0, 2).join("--");
}

export function traceOf(family: string): string[] {
  let trace = traces.get(family);
  if (trace === undefined) traces.set(family, (trace = []));
  return trace;
}

export function open(family: string, gate: string): void {
  gates.add(`${family} ${gate}`);
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(LOOK_MS);
}

export function outside(instanceId: string, binding: Binding): Outside {
  const family = familyOf(instanceId);
  const trace = traceOf(family);
  return {
    binding,
    sleep,
    trace: (text) => {
      trace.push(text);
    },
    once: (text) => {
      if (!trace.includes(text)) trace.push(text);
    },
    passed: (gate) => until(() => gates.has(`${family} ${gate}`)),
    nth: (key) => {
      const count = (counts.get(`${instanceId} ${key}`) ?? 0) + 1;
      counts.set(`${instanceId} ${key}`, count);
      return count;
    },
    list: (key) => {
      const list = lists.get(`${instanceId} ${key}`) ?? [];
      lists.set(`${instanceId} ${key}`, list);
      return list;
    },
  };
}
