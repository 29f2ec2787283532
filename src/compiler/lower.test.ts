import { expect, test } from "vitest";
import { bindingsModule, entryModule } from "./lower.ts";

const PROJECT = {
  compatibilityDate: "2025-01-08",
  compatibilityFlags: ["nodejs_compat"],
  workflows: [{ binding: "MY_WORKFLOW", name: "my-workflow", className: "MyWorkflow", stepLimit: 20 }],
};

test("the bindings are put on env before anything of the user's runs", () => {
  expect(bindingsModule(PROJECT, { shards: 4 })).toContain(
    'bindWorkflows(env, {"shards":4,"workflows":[{"binding":"MY_WORKFLOW","name":"my-workflow"}]});',
  );
  const [first] = entryModule(PROJECT, { shards: 4 }, "/app/main.ts", ["default"]).split("\n");
  expect(first).toBe('import "pawl:bindings";');
});

test("the entry registers the workflows and hands on main's exports by name, beside the engine", () => {
  const entry = entryModule(PROJECT, { shards: 4 }, "/app/main.ts", ["MyWorkflow", "Agent", "default", "a-b"]);
  expect(entry).toContain(
    'registerWorkflows(worker, {"shards":4,"compatibilityDate":"2025-01-08","compatibilityFlags":["nodejs_compat"],' +
      '"workflows":[{"binding":"MY_WORKFLOW","name":"my-workflow","className":"MyWorkflow","stepLimit":20}]});',
  );
  expect(entry).toContain("export { WorkflowEngine };");
  expect(entry).toContain('export { default } from "/app/main.ts";');
  expect(entry).toContain("export { export0 as Agent };");
});

test("a main without a default export answers what no listener of its own does", () => {
  const entry = entryModule({ ...PROJECT, workflows: [] }, { shards: 4 }, "/app/main.ts", []);
  expect(entry.match(/^export.*$/gm)).toEqual(["export { WorkflowEngine };"]);
  expect(entry.indexOf('addEventListener("fetch"')).toBeGreaterThan(entry.indexOf('from "/app/main.ts"'));
});
