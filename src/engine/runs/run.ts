import { envFor } from "../binding/binding.ts";
import type { WorkflowRunEvent } from "../binding/entrypoint.ts";
import type { Execution } from "./execution.ts";
import { createStep } from "../steps/step.ts";

export type Settled = { value: unknown } | { thrown: unknown };

/** Calls the application's `run` once, on a new instance of its class (spec §5, §15.6). */
export async function execute(
  execution: Execution,
  state: DurableObjectState,
  env: unknown,
  event: WorkflowRunEvent,
): Promise<Settled> {
  try {
    const instance = new execution.definition.workflowClass(contextFor(state), envFor(env, execution));
    return { value: await instance.run(event, createStep(execution)) };
  } catch (thrown) {
    return { thrown };
  }
}

/** `this.ctx` of a workflow: what an ExecutionContext offers, backed by the shard's object. */
function contextFor(state: DurableObjectState): ExecutionContext {
  const context = {
    waitUntil: (promise: Promise<unknown>): void => state.waitUntil(promise),
    passThroughOnException: (): void => {},
    props: {},
    exports: Reflect.get(state, "exports") as unknown,
  };
  // The class has private members in the types only; applications use these four.
  return context as unknown as ExecutionContext;
}
