import { testWorkflowApp } from "./workflow-app.ts";

// An application with an Agent and a Workflow exactly as Cloudflare's guides show it, old compatibility date included.
testWorkflowApp("agent-workflow-app", "every update");
