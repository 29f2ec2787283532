import type { Binding, EffectAnswer, EffectRequest, Plan, Posted } from "../../fixtures/chaos-app/protocol.ts";

/**
 * All that was seen from outside the server, in memory and, when something is wrong, on disk as JSON. Times are
 * milliseconds since the epoch by the machine's clock, which the server's processes share.
 */
export interface ChaosRecord {
  readonly seed: number;
  readonly lives: LifeRecord[];
  readonly boots: Boot[];
  readonly kills: Kill[];
  readonly hubs: HubRecord[];
  readonly boards: BoardRecord[];
  /** What the server has logged that it should not have. */
  readonly complaints: Complaint[];
}

/** One life of an instance id, from its creation to its deletion, as far as it got. */
export interface LifeRecord {
  readonly run: string;
  readonly life: number;
  readonly binding: Binding;
  readonly plan: Plan;
  /** The run whose step creates this one, and which step that is; absent for runs that are created from outside. */
  readonly parent?: { readonly run: string; readonly life: number; readonly at: number };
  /** In order of their first tries. */
  readonly operations: Operation[];
  /** In order of arrival at the witness. */
  readonly effects: Effect[];
  /** What the API said in between. */
  readonly looks: Look[];
  /** What the API says of it when it has ended. */
  final?: Final;
  /** And what it still says when all is over. */
  atEnd?: Status | "gone";
  /** Of a run of POSTER, what its agent says when all is over. */
  board?: BoardView | "unknown";
}

/** A run as a board shows it. */
export interface BoardView {
  readonly status: string;
  /** How many results it says that there are. */
  readonly total: number;
  readonly results: readonly Posted[];
}

export interface Look {
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly status: Status | "gone";
}

/** An effect as the witness has seen it. */
export interface Effect extends EffectRequest, EffectAnswer {
  readonly arrivedAt: number;
}

export type Method = "create" | "pause" | "resume" | "terminate" | "restart" | "sendEvent" | "delete";

/** Something that a client wants done to a run, with every try of it. */
export interface Operation {
  readonly method: Method;
  readonly tries: Try[];
  /** For `restart`: top-level index of the first act whose steps are forgotten. */
  readonly fromTop?: number;
  /** For `terminate`: what can be taken back is. */
  readonly rollback?: true;
  /** For `sendEvent`. */
  readonly type?: string;
}

export interface Try {
  readonly sentAt: number;
  /** When it was answered or lost; absent while it is under way. */
  endedAt?: number;
  /** `lost`: no answer came, so it may have been done or not. */
  outcome?: "answered" | "refused" | "lost";
  /** Why it was refused. */
  refusal?: string;
  /** For `sendEvent`: the event's payload, another one for each try. */
  readonly payload?: number;
}

/** One start of the server. */
export interface Boot {
  readonly spawnedAt: number;
  readyAt?: number;
  endedAt?: number;
  /** When requests were let through to it again. */
  openedAt?: number;
}

export interface Kill {
  readonly at: number;
  /** `group`: SIGKILL for everything; `runtime`: SIGKILL for workerd alone; `stop`: as Ctrl-C does. */
  readonly how: "group" | "runtime" | "stop";
  readonly when: string;
}

/** What the API says about a run. `gone`: there is no such instance. */
export interface Final {
  readonly readAt: number;
  readonly status: Status | "gone";
  /** Only of a run that has ended. */
  readonly history?: readonly HistoryEvent[];
}

export interface Status {
  readonly status: string;
  readonly output: unknown;
  readonly error?: { readonly name: string; readonly message: string };
  readonly rollback?: { readonly outcome: string };
}

export interface HistoryEvent {
  readonly eventId: number;
  readonly timestamp: number;
  readonly type: string;
  readonly stepName?: string;
  readonly [fact: string]: unknown;
}

/** One agent, as its clients saw it. */
export interface HubRecord {
  readonly name: string;
  /** States in order of arrival, one list for each client. */
  readonly clients: { readonly count: number; readonly last: number; readonly at: number }[][];
  final?: { readonly reported: readonly number[]; readonly completed: readonly string[] };
}

/** One agent of pawl/agent, as its clients saw it. */
export interface BoardRecord {
  readonly name: string;
  /** Views of runs in order of arrival, each as it was when it had changed; one list for each client. */
  readonly clients: BoardSight[][];
}

export interface BoardSight extends Pick<BoardView, "status" | "total"> {
  readonly run: string;
  readonly at: number;
  /** What was among its results and should not be. */
  readonly strange?: string;
}

export interface Complaint {
  readonly at: number;
  readonly message: string;
}

/** Whether an operation was done: for sure, not, or nobody can tell. */
export function wasDone({ tries }: Operation): "yes" | "maybe" | "no" {
  if (tries.some(({ outcome }) => outcome === "answered")) return "yes";
  return tries.some(({ outcome }) => outcome === "lost" || outcome === undefined) ? "maybe" : "no";
}

/** When an operation can have been done, in any of its tries; open-ended while one is under way. */
export function spanOf({ tries }: Operation): { from: number; to: number } {
  const from = tries[0]?.sentAt ?? Number.POSITIVE_INFINITY;
  return { from, to: tries.at(-1)?.endedAt ?? Number.POSITIVE_INFINITY };
}

/** When an operation was answered. */
export function answeredAt({ tries }: Operation): number | undefined {
  return tries.find(({ outcome }) => outcome === "answered")?.endedAt;
}
