import type { AgentWorkflowStep } from "agents/workflows";
import type { Scopes } from "./scopes.ts";
import type { Waits } from "./waits.ts";

type Method = (...args: unknown[]) => Promise<unknown>;

/**
 * Makes a run's steps known to its reports: which step a report comes from, and what the run waits for. The step object
 * stays the same one, as the Agents SDK's own additions to it ask for.
 */
export function watchStep(step: AgentWorkflowStep, scopes: Scopes, waits: Waits): void {
  const methods = step as unknown as { do: Method; waitForEvent: Method };
  const doStep = methods.do;
  const waitForEvent = methods.waitForEvent;
  methods.do = (name, ...rest) => {
    const count = scopes.use(`do:${String(name)}`);
    const place = typeof rest[0] === "function" ? 0 : 1;
    const callback = rest[place];
    if (isMethod(callback)) {
      rest[place] = (...context: unknown[]) => scopes.attempt(String(name), count, () => callback(...context));
    }
    return Reflect.apply(doStep, step, [name, ...rest]);
  };
  methods.waitForEvent = (name, options) =>
    waits.during(String(name), options, () => Reflect.apply(waitForEvent, step, [name, options]));
}

function isMethod(value: unknown): value is Method {
  return typeof value === "function";
}
