import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { check } from "./check/check.ts";
import type { Invariant, Violation } from "./check/violation.ts";
import { Actor, readFinal, type Stage, untilEnded } from "./load/actor.ts";
import { Client } from "./load/client.ts";
import { HubClient } from "./load/hub-client.ts";
import { Killer } from "./load/killer.ts";
import type { PlanStyle } from "./plan/make-plan.ts";
import { Random } from "./plan/random.ts";
import { Chronicle } from "./record/chronicle.ts";
import type { ChaosRecord } from "./record/record.ts";
import { ChaosServer } from "./server/chaos-server.ts";
import { Witness } from "./server/witness.ts";

export interface CampaignOptions {
  readonly seed: number;
  /** How long there is load and killing; what is under way is then seen to its end. */
  readonly durationMs: number;
  /** There is load until so many kills have taken place, however slow the machine is. */
  readonly minKills: number;
  /** Instance ids that are busy at a time. */
  readonly actors: number;
  readonly style: PlanStyle;
  /** See `KillerOptions`. */
  readonly peaceMs: readonly [number, number];
  /** How late what is due may come, and how long a run may stand still at the end. */
  readonly lateMs: number;
  /** The command line under test. */
  readonly cli: string;
  /** For everything that is made. */
  readonly folder: string;
  /** Ends as soon as something is wrong that is looked for, without seeing the rest to its end. */
  readonly stopsAt: "nothing" | "anything" | readonly Invariant[];
  /** Aborted: no more load, and no more killing. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (record: ChaosRecord) => void;
}

export interface CampaignResult {
  readonly record: ChaosRecord;
  readonly violations: readonly Violation[];
}

const HUBS = ["hub-1", "hub-2", "hub-3", "hub-4"];
const CLIENTS_PER_HUB = 2;
const LOOK_EVERY_MS = 1500;

/** Load, kills and a witness for as long as is wished, then the check of all that was seen. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const chronicle = Chronicle.begin(options.seed);
  const witness = await Witness.start();
  const campaign = new Campaign(options, chronicle, witness);
  try {
    return await campaign.run();
  } finally {
    await campaign.end();
    await witness.stop();
  }
}

class Campaign implements Stage {
  readonly chronicle: Chronicle;
  readonly style: PlanStyle;
  readonly patienceMs: number;
  isOver = false;
  calmSince = 0;
  readonly #options: CampaignOptions;
  readonly #witness: Witness;
  readonly #hubs = new Map<string, HubClient[]>();
  #client: Client | undefined;
  #server: ChaosServer | undefined;
  #ids = 0;

  constructor(options: CampaignOptions, chronicle: Chronicle, witness: Witness) {
    this.#options = options;
    this.chronicle = chronicle;
    this.#witness = witness;
    this.style = options.style;
    this.patienceMs = options.lateMs;
  }

  get client(): Client {
    if (this.#client === undefined) throw new Error("The campaign has not begun.");
    return this.#client;
  }

  hubOf(name: string): HubClient {
    const client = this.#hubs.get(name)?.[0];
    if (client === undefined) throw new Error(`There is no client of ${name}.`);
    return client;
  }

  async run(): Promise<CampaignResult> {
    const { seed, folder, cli, peaceMs, durationMs, minKills, signal } = this.#options;
    await mkdir(folder, { recursive: true });
    const { chronicle } = this;
    const random = new Random(seed, "killer");
    let killer: Killer | undefined;
    const url = this.#witness.open("main", chronicle, (effect) => killer?.ambush(effect));
    const server = await ChaosServer.prepare({ folder: join(folder, "main"), chronicle, witness: url, cli });
    this.#server = server;
    killer = new Killer({ server, chronicle, random, peaceMs });
    this.#client = new Client(server, chronicle, killer.answered);
    await server.start();
    server.open();
    for (const name of HUBS) {
      this.#hubs.set(
        name,
        Array.from({ length: CLIENTS_PER_HUB }, () => new HubClient(server, chronicle, name)),
      );
    }

    const endsAt = Date.now() + durationMs;
    const isKillingOver = (): boolean =>
      signal?.aborted === true || (Date.now() > endsAt && chronicle.record.kills.length >= minKills);
    const early = new AbortController();
    const looking = this.#look(early);
    const killing = killer.run(isKillingOver).then(
      () => {
        this.isOver = true;
        this.calmSince = Date.now();
      },
      (error: unknown) => {
        // A server that does not come back is a finding, and the end of it.
        chronicle.complain(error instanceof Error ? error.message : String(error));
        early.abort();
      },
    );
    const acting = Promise.all(Array.from({ length: this.#options.actors }, () => this.#act()));
    const finished = Promise.all([killing, acting]).then(() => this.#finish());
    const stopped = new Promise<"stopped">((resolve) => {
      early.signal.addEventListener("abort", () => resolve("stopped"));
    });
    const outcome = await Promise.race([finished, stopped]);
    this.isOver = true;
    looking.stop();
    const isOver = outcome !== "stopped";
    return { record: chronicle.record, violations: check(chronicle.record, { lateMs: this.#options.lateMs, isOver }) };
  }

  /** One id after the other, until it is over. */
  async #act(): Promise<void> {
    // Not all in the same moment.
    await delay(new Random(this.#options.seed, `slot ${this.#ids}`).between(0, 1000));
    while (!this.isOver) await new Actor(this, `run-${++this.#ids}`).play();
  }

  /** Looks at what has been seen so far. */
  #look(early: AbortController): { stop: () => void } {
    const timer = setInterval(() => {
      const { record } = this.chronicle;
      this.#options.onProgress?.(record);
      const { stopsAt, lateMs } = this.#options;
      if (stopsAt === "nothing") return;
      const found = check(record, { lateMs, isOver: false });
      if (found.some(({ invariant }) => stopsAt === "anything" || stopsAt.includes(invariant))) early.abort();
    }, LOOK_EVERY_MS);
    return { stop: () => clearInterval(timer) };
  }

  /** What nobody has followed: runs created by others, runs that were deleted, agents. */
  async #finish(): Promise<void> {
    const { lives } = this.chronicle.record;
    const isLast = new Map(lives.map((life) => [life.run, life]));
    await inParallel(lives, async (life) => {
      if (life.final !== undefined) return;
      if (life.parent !== undefined && life.effects.length > 0) await untilEnded(this, life);
      else if (life.parent !== undefined) await this.#child(life);
    });
    await inParallel([...isLast.values()], async (life) => {
      if (life.final !== undefined) life.atEnd = await this.client.status(life);
    });
    for (const [name, clients] of this.#hubs) {
      const hub = this.chronicle.hub(name);
      const [first] = clients;
      if (first === undefined) continue;
      hub.final = await first.reports();
      const count = hub.final.reported.length;
      await until(() => hub.clients.every((states) => (states.at(-1)?.count ?? 0) === count), this.#options.lateMs);
    }
  }

  /** A run that a step may have created, and of which nothing was seen: it is gone, or goes on to its end. */
  async #child(life: ChaosRecord["lives"][number]): Promise<void> {
    await readFinal(this.client, life);
    if (life.final?.status !== "gone") await untilEnded(this, life);
  }

  /** Ends everything that was started. */
  async end(): Promise<void> {
    for (const clients of this.#hubs.values()) for (const client of clients) client.close();
    await this.#server?.end();
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

async function until(condition: () => boolean, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  while (!condition() && Date.now() < end) await delay(50);
}
