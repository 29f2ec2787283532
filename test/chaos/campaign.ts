import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { check } from "./check/check.ts";
import type { Invariant, Violation } from "./check/violation.ts";
import { crowd } from "./load/crowd.ts";
import { finish } from "./load/finish.ts";
import { Stage } from "./load/stage.ts";
import type { Surroundings, Trouble } from "./load/trouble.ts";
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
  /** There is load until so many kills have taken place, however slow the machine is. Default 0. */
  readonly minKills?: number;
  /** Instance ids that are busy at a time. */
  readonly actors: number;
  readonly style: PlanStyle;
  /** What is done to the server meanwhile. */
  readonly trouble: (surroundings: Surroundings) => Trouble;
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

const LOOK_EVERY_MS = 1500;

/** Load, trouble and a witness for as long as is wished, then the check of all that was seen. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, folder, cli } = options;
  await mkdir(folder, { recursive: true });
  const chronicle = Chronicle.begin(seed);
  const witness = await Witness.start();
  let trouble: Trouble | undefined;
  const url = witness.open("main", chronicle, (effect) => trouble?.ambush?.(effect));
  const server = await ChaosServer.prepare({ folder: join(folder, "main"), chronicle, witness: url, cli });
  let stage: Stage | undefined;
  try {
    const made = options.trouble({ server, chronicle, random: new Random(seed, "trouble") });
    trouble = made;
    await server.start();
    server.open();
    const { style, lateMs: patienceMs } = options;
    stage = new Stage({ chronicle, server, style, patienceMs, answered: (method) => made.answered?.(method) });
    return await new Campaign(options, stage, made).run();
  } finally {
    stage?.close();
    await server.end();
    await witness.stop();
  }
}

class Campaign {
  readonly #options: CampaignOptions;
  readonly #stage: Stage;
  readonly #trouble: Trouble;
  readonly #early = new AbortController();

  constructor(options: CampaignOptions, stage: Stage, trouble: Trouble) {
    this.#options = options;
    this.#stage = stage;
    this.#trouble = trouble;
  }

  async run(): Promise<CampaignResult> {
    const { record } = this.#stage.chronicle;
    const looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    const stopped = new Promise<boolean>((resolve) => {
      this.#early.signal.addEventListener("abort", () => resolve(false));
    });
    const isOver = await Promise.race([this.#perform(), stopped]);
    clearInterval(looking);
    this.#stage.calm();
    return { record, violations: check(record, { lateMs: this.#options.lateMs, isOver }) };
  }

  /** True when everything has been seen to its end. */
  async #perform(): Promise<boolean> {
    const { actors, durationMs, minKills = 0, signal } = this.#options;
    const { kills } = this.#stage.chronicle.record;
    const endsAt = Date.now() + durationMs;
    const isEnough = (): boolean => signal?.aborted === true || (Date.now() > endsAt && kills.length >= minKills);
    try {
      await Promise.all([this.#trouble.run(isEnough).then(() => this.#stage.calm()), crowd(this.#stage, actors)]);
      await finish(this.#stage);
      return true;
    } catch (error) {
      // A server that does not come back, or an answer that there should not be, is a finding, and the end of it.
      this.#stage.chronicle.complain(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  /** Looks at what has been seen so far. */
  #look(): void {
    const { record } = this.#stage.chronicle;
    const { stopsAt, lateMs, onProgress } = this.#options;
    onProgress?.(record);
    if (stopsAt === "nothing") return;
    const found = check(record, { lateMs, isOver: false });
    if (found.some(({ invariant }) => stopsAt === "anything" || stopsAt.includes(invariant))) this.#early.abort();
  }
}
