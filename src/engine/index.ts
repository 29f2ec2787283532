export { bindWorkflows } from "./binding.ts";
export { WorkflowEngine } from "./engine.ts";
export { WorkflowEntrypoint } from "./entrypoint.ts";
export { registerWorkflows } from "./registry.ts";
