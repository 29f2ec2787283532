/**
 * Stands in for `WorkflowEntrypoint` of `cloudflare:workers`: the runtime's own cannot be constructed by code, and the
 * engine makes one instance per execution. Applications see the same shape: `this.ctx`, `this.env`, `run`.
 */
export class WorkflowEntrypoint<Env = unknown, Params = unknown> {
  protected readonly ctx: ExecutionContext;
  protected readonly env: Env;

  constructor(ctx: ExecutionContext, env: Env) {
    this.ctx = ctx;
    this.env = env;
  }

  // oxlint-disable-next-line class-methods-use-this -- overridden by every workflow
  run(_event: WorkflowRunEvent<Params>, _step: unknown): Promise<unknown> {
    return Promise.reject(new TypeError("A workflow class must have a run(event, step) method."));
  }
}

/** What `run` receives first (spec §5.1); own keys in this order. */
export interface WorkflowRunEvent<Params = unknown> {
  timestamp: Date;
  payload: Params;
  instanceId: string;
  workflowName: string;
  /** Only of an instance that a schedule created: the expression, and when it was due, in ms since the epoch. */
  schedule?: { cron: string; scheduledTime: number };
}
