export {
  introspectWorkflow,
  introspectWorkflowInstance,
  type WorkflowInstanceIntrospector,
  type WorkflowIntrospector,
} from "./introspect.ts";
export type { StepSelector, WorkflowInstanceModifier } from "./modifier.ts";
export { startTestServer, type TestServer, type TestServerOptions } from "./test-server.ts";
export type {
  InstanceStatus,
  TestCreateOptions,
  TestWorkflow,
  TestWorkflowInstance,
  WorkflowStatusName,
} from "./workflow.ts";
