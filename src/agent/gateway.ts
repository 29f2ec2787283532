import type { WorkflowCallback } from "agents/workflows";
import { Commands } from "./commands/commands.ts";
import { type RunLimits, Starter } from "./commands/starter.ts";
import { Adoption } from "./engine/adoption.ts";
import { Alarm, type Schedules } from "./engine/alarm.ts";
import { EngineLink, type SdkWorkflows } from "./engine/engine-link.ts";
import { Reconciler } from "./engine/reconciler.ts";
import { callbackEffect } from "./reports/callback-effect.ts";
import {
  type Bulletin,
  CALLBACK_METHOD,
  isReportMethod,
  type ReportMethod,
  type ReportOrigin,
} from "./reports/keyed-report.ts";
import { Reports } from "./reports/reports.ts";
import { type Details, LiveState, type StateLimits } from "./state/live-state.ts";
import { type Audience, Publisher } from "./state/publisher.ts";
import { RunStore, type StoreListener } from "./store/run-store.ts";

/** What the gateway needs of the agent that it is part of. */
export interface Host {
  readonly storage: DurableObjectStorage;
  /** Read at every use: a subclass sets its own after this is made. */
  readonly limits: StateLimits & RunLimits & Details;
  readonly sdk: SdkWorkflows;
  readonly schedules: Schedules;
  readonly audience: Audience;
  /** Hears of what a run has come to, within the transaction that records it. */
  readonly ends: Pick<StoreListener, "ended" | "removed">;
  /** The state is about to change. */
  onChange(): void;
  /** Does something after what is being done now. */
  inBackground(work: () => Promise<void>): void;
}

/** What calls of the agent's own methods come to, so that a subclass may have its say in them. */
export interface Methods {
  report(method: ReportMethod, args: unknown[]): Promise<void>;
  callback(callback: WorkflowCallback): Promise<void>;
}

/** The parts that an agent's runs are made of, put together. */
export class Gateway {
  readonly store: RunStore;
  readonly reports: Reports;
  readonly live: LiveState;
  readonly publisher: Publisher;
  readonly reconciler: Reconciler;
  readonly starter: Starter;
  readonly commands: Commands;
  readonly #adoption: Adoption;

  constructor(host: Host) {
    this.store = new RunStore(host.storage);
    this.reports = new Reports(this.store);
    this.live = new LiveState(this.store, host.limits, () => host.onChange());
    this.publisher = new Publisher(this.live, host.audience);
    const engine = new EngineLink(host.sdk, host.storage.sql);
    this.reconciler = new Reconciler(this.store, engine, new Alarm(host.schedules));
    this.#adoption = new Adoption(this.store, engine);
    this.starter = new Starter(this.store, engine, this.reconciler, host.limits);
    this.commands = new Commands(this.store, engine, this.reconciler);
    this.store.listen({
      touch: (id) => this.live.touch(id),
      reshuffle: (id) => {
        this.live.reshuffle(id);
        host.inBackground(() => this.reconciler.arm());
      },
      ended: (id, outcome) => host.ends.ended(id, outcome),
      removed: (id) => host.ends.removed(id),
    });
  }

  /** Takes a report that says where it comes from, once. */
  async takeReport(origin: ReportOrigin, args: unknown[], methods: Methods): Promise<void> {
    await this.#expect(origin.run, origin.workflow);
    const { method } = origin;
    if (isReportMethod(method)) {
      if (this.reports.counts(origin)) await this.reports.take(origin, () => methods.report(method, args));
    } else if (method === CALLBACK_METHOD && !this.reports.isRepeated(origin)) {
      // As the SDK has made it in the workflow.
      const callback = args[0] as WorkflowCallback;
      await methods.callback(callback);
      // What does not count must not stand in the way of what will.
      if (callbackEffect(callback) !== "ignore") this.reports.record(origin);
    }
  }

  async takeBulletin(run: string, workflow: string, bulletin: Bulletin): Promise<void> {
    await this.#expect(run, workflow);
    const record = this.store.get(run);
    if (record !== undefined) this.reports.hear(record, bulletin);
  }

  /** @returns whether the callback is of interest to the application */
  async takeCallback(callback: WorkflowCallback): Promise<boolean> {
    const { workflowId: id, workflowName: workflow } = callback;
    await this.#expect(id, workflow);
    const effect = callbackEffect(callback);
    if (effect === "ignore" || this.store.get(id)?.outcome === "cancelled") return false;
    this.reports.hearCallback(id, effect);
    return true;
  }

  /** Before anything of a run is taken: a restart is over, and the run is known if it is under way. */
  async #expect(run: string, workflow: string): Promise<void> {
    await this.commands.ready(run);
    await this.#adoption.adopt({ run, workflow });
  }
}
