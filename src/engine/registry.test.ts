import { expect, test } from "vitest";
import { WorkflowEntrypoint } from "./binding/entrypoint.ts";
import { definitionOf, registerWorkflows } from "./registry.ts";

class Good extends WorkflowEntrypoint {
  override async run(): Promise<void> {}
}
class Inherits extends Good {}
class WithoutRun extends WorkflowEntrypoint {}
class Other {
  async run(): Promise<void> {}
}

function register(worker: Record<string, unknown>, className: string, date = "2026-11-01", flags: string[] = []): void {
  registerWorkflows(worker, {
    shards: 1,
    compatibilityDate: date,
    compatibilityFlags: flags,
    workflows: [{ binding: "W", name: "w", className }],
  });
}

test.each([["Good"], ["Inherits"]])("the class %s is a workflow", (className) => {
  register({ Good, Inherits }, className);
  expect(definitionOf("w")).toMatchObject({ name: "w", stepLimit: 10_000 });
});

test.each<[string, string]>([
  ["Missing", "the main module does not export it"],
  ["notAClass", "the main module does not export it"],
  ["Other", 'which does not extend WorkflowEntrypoint of "cloudflare:workers"'],
  ["WithoutRun", "which has no run(event, step) method"],
])("the class %s is refused at start: %s", (className, message) => {
  expect(() => register({ WithoutRun, Other, notAClass: 5 }, className)).toThrow(message);
});

test.each<[string, string[], boolean, boolean]>([
  ["2026-04-20", [], false, false],
  ["2026-04-21", [], true, false],
  ["2026-05-14", [], true, true],
  ["2026-05-14", ["legacy_error_serialization", "workflows_replace_non_retryable_error_message"], false, false],
  ["2025-01-01", ["enhanced_error_serialization", "workflows_preserve_non_retryable_error_message"], true, true],
])("date %s with flags %j: names of errors kept %s, NonRetryableError kept %s", (date, flags, names, nonRetryable) => {
  register({ Good }, "Good", date, flags);
  expect(definitionOf("w")).toMatchObject({ keepsErrorNames: names, keepsNonRetryableError: nonRetryable });
});
