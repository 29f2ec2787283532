import { testWorkflowApp } from "./workflow-app.ts";

// The same workflow, whose agent is a subclass of `WorkflowAgent` that names it and does nothing else.
testWorkflowApp("gateway-workflow-app", "every frame");
