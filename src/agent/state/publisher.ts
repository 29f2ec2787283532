import type { Connection } from "agents";
import type { StateDelta } from "../protocol.ts";
import { DELTAS_QUERY } from "../protocol.ts";
import { Frames } from "./frames.ts";
import type { LiveState } from "./live-state.ts";

/** Those who look at the agent's state. */
export interface Audience {
  /** Connections that receive the SDK's own messages. */
  connections(): Iterable<Connection>;
  /** Whether code on the server hears of every change. */
  hasListener(): boolean;
  /** Shows the state as a whole to all connections but these. */
  showState(without: readonly string[]): void;
}

/** Tells the clients what has changed, once per frame: what is new to those who ask for that, the rest the whole state. */
export class Publisher {
  readonly #live: LiveState;
  readonly #audience: Audience;
  readonly #frames: Frames;
  readonly #takesDeltas = new WeakMap<Connection, boolean>();

  constructor(live: LiveState, audience: Audience) {
    this.#live = live;
    this.#audience = audience;
    this.#frames = new Frames(() => this.flush());
  }

  request(): void {
    this.#frames.request();
  }

  flush(): void {
    const delta = this.#live.takeDelta();
    if (delta === undefined) return;
    const deltas: Connection[] = [];
    let others = 0;
    for (const connection of this.#audience.connections()) {
      if (this.#wantsDeltas(connection)) deltas.push(connection);
      else others++;
    }
    // With nobody to see it, the state is made when it is asked for.
    if (others > 0 || this.#audience.hasListener()) this.#audience.showState(deltas.map(({ id }) => id));
    if (deltas.length > 0) sendAll(deltas, delta);
  }

  #wantsDeltas(connection: Connection): boolean {
    const known = this.#takesDeltas.get(connection);
    if (known !== undefined) return known;
    const query = connection.uri === null ? undefined : new URL(connection.uri).searchParams;
    const wants = Object.entries(DELTAS_QUERY).every(([name, value]) => query?.get(name) === value);
    this.#takesDeltas.set(connection, wants);
    return wants;
  }
}

function sendAll(connections: readonly Connection[], delta: StateDelta): void {
  const text = JSON.stringify(delta);
  for (const connection of connections) {
    try {
      connection.send(text);
    } catch {
      // It has closed meanwhile. The others still want to know.
    }
  }
}
