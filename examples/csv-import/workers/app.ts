import { routeAgentRequest } from "agents";
import { Hono } from "hono";
import type { ErrorAnswer } from "../protocol/import.ts";

const app = new Hono<{ Bindings: Env }>();

const workspaceName = /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/;

app.use("/agents/*", async (c, next) => {
  // A page of another site must not be able to talk to this one with the visitor's browser.
  const origin = c.req.header("Origin");
  if (origin !== undefined && URL.parse(origin)?.host !== new URL(c.req.url).host) {
    return c.json<ErrorAnswer>(
      { error: { code: "foreign_origin", message: "This request comes from another site." } },
      403,
    );
  }
  return next();
});

app.all("/agents/import-agent/:workspace/*", async (c) => {
  if (!workspaceName.test(c.req.param("workspace"))) {
    const message = "A workspace name has 1 to 50 small letters, digits and hyphens.";
    return c.json<ErrorAnswer>({ error: { code: "bad_workspace", message } }, 400);
  }
  return (await routeAgentRequest(c.req.raw, c.env)) ?? c.notFound();
});

app.notFound((c) => c.json<ErrorAnswer>({ error: { code: "not_found", message: "There is nothing here." } }, 404));

export { ImportAgent } from "./agents/import-agent.ts";
export { ImportWorkflow } from "./workflows/import-workflow.ts";
export default app;
