import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Which callback a call of a step comes from. A replay does not call back what has ended, so it does not meet the steps
 * inside of it either: they must not count among the uses of a name outside, nor among those inside of another step (E6).
 * All code of a run shares one `step`, before and after every `await`, so only the runtime knows. This is the one module
 * of Node that the engine has; the compiler adds the flag that brings it.
 */
const current = new AsyncLocalStorage<Inside>();

interface Inside {
  readonly execution: object;
  readonly path: string;
}

/** No name of a step contains it. */
const SEPARATOR = "\u001f";

/** The nth use of a name in one place: a step of its kind, whatever is called in other places. */
export interface Place {
  readonly nth: number;
  /** Path of the step in whose callback it is called; `null` outside of all. */
  readonly inside: string | null;
}

/** Calls back. Whatever calls a step of this execution from there, at once or later, is inside of the step of this path. */
export function callInside<T>(execution: object, path: string, call: () => T): T {
  return current.run({ execution, path }, call);
}

/** Path of the step in whose callback this is called. */
export function insideOf(execution: object): string | null {
  const inside = current.getStore();
  return inside?.execution === execution ? inside.path : null;
}

export function pathOf(name: string, { nth, inside }: Place): string {
  const own = `${nth}${SEPARATOR}${name}`;
  return inside === null ? own : `${own}${SEPARATOR}${inside}`;
}

/** As its row has it: nothing where the place says no more than the count. */
export function storePlace({ nth, inside }: Place, count: number): string | null {
  return inside === null && nth === count ? null : `${nth}${SEPARATOR}${inside ?? ""}`;
}

export function recallPlace(stored: string | null, count: number): Place {
  if (stored === null) return { nth: count, inside: null };
  const end = stored.indexOf(SEPARATOR);
  const inside = stored.slice(end + 1);
  return { nth: Number(stored.slice(0, end)), inside: inside === "" ? null : inside };
}
