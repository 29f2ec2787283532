import { routeAgentRequest } from "agents";
import { Hono } from "hono";

const app = new Hono<{ Bindings: Env }>();

app.use("/agents/*", async (c, next) => {
  // A page of another site must not be able to talk to this one with the visitor's browser.
  const origin = c.req.header("Origin");
  if (origin !== undefined && URL.parse(origin)?.host !== new URL(c.req.url).host) {
    return c.json({ error: "This request comes from another site." }, 403);
  }
  return next();
});

// /agents/my-agent/<name>: a WebSocket, or HTTP requests such as POST …/start and GET …/state
app.all("/agents/*", async (c) => (await routeAgentRequest(c.req.raw, c.env)) ?? c.notFound());

export { MyAgent, MyWorkflow } from "./agents/DurableWorkflow.ts";
export default app;
