/**
 * What a conformance program is. The types of `step`, binding and instance are looser than the platform's, because a
 * good half of the programs hand over what the types forbid.
 */

export interface StepContext {
  step: { name: string; count: number };
  attempt: number;
  config: unknown;
}

export interface Step {
  do: Do;
  sleep: (name: string, duration: unknown) => Promise<unknown>;
  sleepUntil: (name: string, time: unknown) => Promise<unknown>;
  waitForEvent: (name: string, options: { type: string; timeout?: unknown }) => Promise<Received>;
}

export interface Received {
  payload: unknown;
  timestamp: Date;
  type: string;
}

type Callback<T> = (ctx: StepContext) => T | Promise<T>;

interface Do {
  <T>(name: string, callback: Callback<T>, rollback?: unknown): Promise<T>;
  <T>(name: string, config: unknown, callback: Callback<T>, rollback?: unknown): Promise<T>;
}

export interface Event {
  payload: unknown;
  timestamp: Date;
  instanceId: string;
  workflowName: string;
}

export interface Status {
  status: string;
  error?: { name: string; message: string };
  output?: unknown;
}

export interface Subscription {
  next: () => Promise<{ done?: boolean; value?: unknown }>;
}

export interface Instance {
  id: string;
  status(): Promise<Status>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  terminate(options?: unknown): Promise<void>;
  restart(options?: unknown): Promise<void>;
  delete(): Promise<void>;
  sendEvent(event?: unknown): Promise<void>;
  subscribe(options?: unknown): Promise<Subscription>;
}

export interface Binding {
  create(options?: unknown): Promise<Instance>;
  createBatch(options?: unknown): Promise<unknown>;
  get(id: unknown): Promise<Instance>;
  deleteBatch(ids?: unknown): Promise<unknown>;
}

/** Outside the engine, in the isolate's memory: it sees every callback, whatever the engine does to the execution. */
export interface Outside {
  /** Notes what a callback does. */
  trace: (text: string) => void;
  /** The same for code between steps, which a replay repeats: noted once. */
  once: (text: string) => void;
  /** Resolves when `drive` has opened the gate of this name. */
  passed: (gate: string) => Promise<void>;
  /** How many times this has been called with this key for the run: 1, 2, … */
  nth: (key: string) => number;
  /** A list of the run's that survives a replay. */
  list: (key: string) => number[];
  sleep: (ms: number) => Promise<void>;
  /** The run's own binding. */
  binding: Binding;
}

/** What `drive` has at hand. `id` is the id of the program's first instance; others begin with it. */
export interface World {
  readonly id: string;
  readonly binding: Binding;
  /** An instance of this program. Its id is `id`, with `suffix` appended where one is given. */
  create: (options?: { params?: unknown; suffix?: string }) => Promise<Instance>;
  /** Status of an instance once it is one of these. @throws when it takes longer than the program's time */
  until: (instance: Instance, ...statuses: string[]) => Promise<Status>;
  /** Status of an instance once it has ended: status, output and error. */
  ended: (instance: Instance) => Promise<Status>;
  /** The value, or `throws <name>: <message>`. */
  tried: (call: () => unknown) => Promise<unknown>;
  /** Resolves when this has been noted so many times (1). */
  traced: (text: string, times?: number) => Promise<void>;
  open: (gate: string) => void;
  sleep: (ms: number) => Promise<void>;
  /** `create`, then `ended`. */
  result: (params?: unknown) => Promise<Status>;
}

export interface Program {
  /** Of the specification, such as `6.5`. */
  readonly section: string;
  /** With the section, the program's name. */
  readonly title: string;
  /** Body of the workflow. Default: returns `"done"`. */
  readonly run?: (step: Step, event: Event, outside: Outside) => unknown;
  /** What is done from outside. Default: `world.result()`. Its value is compared. */
  readonly drive?: (world: World) => unknown;
  /** Default: `PROGRAMS`; `SHORT` has a limit of 3 steps. */
  readonly workflow?: "SHORT";
  /**
   * Runs under the compatibility date before an uncaught `NonRetryableError` kept its name (`old`), or the one before
   * errors kept their names between objects (`legacy`).
   */
  readonly date?: "old" | "legacy";
  /** Names of errors are compared as they are: see `foldNames`. */
  readonly rawNames?: true;
  /** The history of the first instance is not compared, for this reason. */
  readonly noHistory?: string;
}

/** Leaves room in an id for what follows. */
const LONGEST_NAME = 88;

/** Lower case with dashes; an id and a name in the table of differences. */
export function nameOf({ section, title }: Program): string {
  const words = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return `${section.replaceAll(".", "_")}-${words}`.slice(0, LONGEST_NAME);
}

/** `Name: message` of what a promise or a function throws; else its value. */
export async function tried(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return `throws ${described(error)}`;
  }
}

export function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `${typeof error} ${String(error)}`;
}

/** Calls a method with arguments that its type forbids. */
export async function call(target: object, method: string, ...args: unknown[]): Promise<unknown> {
  const found: unknown = Reflect.get(target, method);
  if (typeof found !== "function") throw new TypeError(`there is no method ${method}`);
  return Reflect.apply(found, target, args);
}

/** JSON in which the order of an object's keys does not show. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
