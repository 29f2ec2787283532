export { bindWorkflows } from "./binding/binding.ts";
export { WorkflowEngine } from "./engine.ts";
export { WorkflowEntrypoint } from "./binding/entrypoint.ts";
export type * from "./read/read-protocol.ts";
export type { JsonValue, JsonView } from "./read/json-view.ts";
export { registerWorkflows } from "./registry.ts";
