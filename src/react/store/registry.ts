import type { AgentOptions } from "./address.ts";
import { WorkflowStore } from "./workflow-store.ts";

/**
 * How long a connection outlives the last one who used it. React's StrictMode unmounts and mounts again at once, and a
 * page that changes over to another view of the same agent does so within a moment.
 */
const GRACE_MS = 1000;

interface Entry {
  readonly store: WorkflowStore;
  /** Of the one who asked last. */
  options: () => AgentOptions;
  users: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

type MakeStore = (options: () => AgentOptions) => WorkflowStore;

/** The stores of a page, by the key of their options: one for each agent and user, shared by all who ask for it, closed when nobody does any more. */
export class Registry {
  readonly #entries = new Map<string, Entry>();
  readonly #makeStore: MakeStore;

  constructor(makeStore: MakeStore = (options) => new WorkflowStore(options)) {
    this.#makeStore = makeStore;
  }

  /** Without making one: rendering has no effects. */
  find(key: string): WorkflowStore | undefined {
    return this.#entries.get(key)?.store;
  }

  /** @returns the store, connected, and what gives it back */
  acquire(key: string, options: () => AgentOptions): { store: WorkflowStore; release: () => void } {
    const entry = this.#entries.get(key) ?? this.#make(key, options);
    clearTimeout(entry.timer);
    entry.options = options;
    entry.users++;
    entry.store.open();
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      entry.users--;
      if (entry.users === 0) this.#closeLater(key, entry);
    };
    return { store: entry.store, release };
  }

  #make(key: string, options: () => AgentOptions): Entry {
    const entry: Entry = {
      store: this.#makeStore(() => entry.options()),
      options,
      users: 0,
      timer: undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #closeLater(key: string, entry: Entry): void {
    entry.timer = setTimeout(() => {
      // What was asked for and not answered is waited for: a click that leads away from the page counts.
      if (entry.store.isBusy) return this.#closeLater(key, entry);
      this.#entries.delete(key);
      entry.store.close();
    }, GRACE_MS);
  }
}

export const registry: Registry = new Registry();
