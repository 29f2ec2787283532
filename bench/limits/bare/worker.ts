import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly Bare: DurableObjectNamespace<Bare>;
}

/** As many writes as one turn of the event loop makes at most before it leaves the thread to others, and commits. */
const WRITES_PER_TURN = 1000;

/**
 * What a Durable Object can do at best: the bare operations that an engine in one is made of, without an engine. A row
 * is of the size of a step's.
 */
export class Bare extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;
  #next = 0;
  #queue: (() => void)[] = [];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, name TEXT, started INTEGER, ended INTEGER, value TEXT)",
    );
    const { last } = this.#sql.exec<{ last: number }>("SELECT coalesce(max(id), 0) AS last FROM rows").one();
    this.#next = last + 1;
  }

  #insert(): void {
    const now = Date.now();
    const id = this.#next++;
    this.#sql.exec("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", id, `step ${id % 100}`, now, now, String(id));
  }

  async noop(): Promise<void> {}

  /** One row for each call; calls that come together share a commit as the platform sees fit. */
  async insertOne(): Promise<void> {
    this.#insert();
  }

  async inserts(rows: number): Promise<void> {
    for (let done = 0; done < rows;) {
      for (const end = Math.min(rows, done + WRITES_PER_TURN); done < end; done++) this.#insert();
      await scheduler.wait(0);
    }
    await this.ctx.storage.sync();
  }

  /** Chains that wait `ioMs` before each row; rows whose time comes in the same poll cycle share a commit. */
  async joined(chains: number, rows: number, ioMs: number): Promise<void> {
    const chain = async (): Promise<void> => {
      for (let i = 0; i < rows; i++) {
        await scheduler.wait(ioMs);
        await this.#join();
      }
    };
    await Promise.all(Array.from({ length: chains }, chain));
    await this.ctx.storage.sync();
  }

  #join(): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.push(() => {
        this.#insert();
        resolve();
      });
      if (this.#queue.length === 1) setTimeout(() => this.#flush(), 0);
    });
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const write of queue) write();
  }

  /** A row before each call that leaves; the platform holds the call until the row is on disk. */
  async visits(times: number, url: string): Promise<void> {
    for (let i = 0; i < times; i++) {
      this.#insert();
      await (await fetch(url, { method: "POST" })).arrayBuffer();
    }
  }

  async reads(times: number, rows: number): Promise<number> {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      const cursor = this.#sql.exec<{ id: number; value: string }>("SELECT * FROM rows ORDER BY id LIMIT ?", rows);
      for (const row of cursor) sum += Number(row.value);
    }
    return sum;
  }

  /** So many calls that are in the middle of a wait for an hour. */
  async hold(count: number): Promise<void> {
    const wait = async (i: number): Promise<number> => {
      await scheduler.wait(3_600_000);
      return i;
    };
    this.ctx.waitUntil(Promise.all(Array.from({ length: count }, (_, i) => wait(i))));
  }

  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** What `setState` of an agent amounts to: a row, and a message to everybody. */
  async broadcast(update: number): Promise<void> {
    this.#insert();
    const message = JSON.stringify({ type: "cf_agent_state", state: { run: "bare", update, at: Date.now() } });
    for (const socket of this.ctx.getWebSockets()) socket.send(message);
  }
}

interface Asked {
  readonly count: number;
  readonly atOnce: number;
  readonly rows: number;
  readonly ioMs: number;
  readonly visit: string;
  readonly update: number;
  readonly objects: number;
  readonly updates: number;
}

type Bares = Record<string, (bare: DurableObjectStub<Bare>, asked: Asked, env: Env) => Promise<unknown>>;

const operations: Bares = {
  rpc: async (bare, { count }) => {
    for (let i = 0; i < count; i++) await bare.noop();
  },
  "rpc-inserts": async (bare, { count, atOnce }) => {
    let left = count;
    const work = async (): Promise<void> => {
      while (left-- > 0) await bare.insertOne();
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  },
  inserts: (bare, { rows }) => bare.inserts(rows),
  joined: (bare, { count, rows, ioMs }) => bare.joined(count, rows, ioMs),
  visits: (bare, { count, visit }) => bare.visits(count, visit),
  reads: (bare, { count, rows }) => bare.reads(count, rows),
  hold: (bare, { count }) => bare.hold(count),
  broadcast: (bare, { update }) => bare.broadcast(update),
  updates: async (_bare, { objects, updates }, env) => {
    const updateOne = async (object: number): Promise<void> => {
      const bare = stub(env, `object-${object}`);
      for (let update = 1; update <= updates; update++) await bare.broadcast(update);
    };
    await Promise.all(Array.from({ length: objects }, (_, object) => updateOne(object)));
  },
};

function stub(env: Env, name: string): DurableObjectStub<Bare> {
  return env.Bare.get(env.Bare.idFromName(name));
}

export default {
  async fetch(request, env): Promise<Response> {
    const path = new URL(request.url).pathname.slice(1);
    // Clients connect to the object that the path names; all else is asked of one.
    if (request.headers.get("upgrade") === "websocket") return stub(env, path).fetch(request);
    const operation = operations[path];
    if (operation === undefined) return new Response("There is no such operation.", { status: 404 });
    await operation(stub(env, "bare"), await request.json(), env);
    return Response.json({});
  },
} satisfies ExportedHandler<Env>;
