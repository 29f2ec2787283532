import { asRefusal, Refusal } from "../refusal.ts";
import { type Gate, pass } from "../commands/gate.ts";
import type { WorkflowState } from "../protocol.ts";
import type { Requests } from "./requests.ts";
import { routeOf } from "./routes.ts";

export interface HttpDesk<By> extends Gate<By> {
  readonly requests: Requests<By>;
  state(): WorkflowState;
  readonly maxMessageBytes: number;
}

/** Answers an HTTP request to an agent. What cannot be done is a JSON answer as well: `{ error: { code, message } }`. */
export async function answerHttp<By>(desk: HttpDesk<By | Request>, request: Request): Promise<Response> {
  try {
    const route = await routeOf(request, desk.maxMessageBytes);
    if (route.kind !== "message") {
      await pass(desk, request, "read", null);
      const state = desk.state();
      return Response.json(route.kind === "state" ? { state } : { state, message: "WorkflowAgent ready" });
    }
    const answer = await desk.requests.handle(request, route.message);
    if (answer?.type === "workflow_started") {
      return Response.json({ success: true, instanceId: answer.instanceId, state: desk.state() });
    }
    const { type: _type, ...facts } = answer ?? { type: "done", success: true };
    return Response.json(facts);
  } catch (error) {
    const refusal = asRefusal(error, `${request.method} ${new URL(request.url).pathname}`);
    return refuse(refusal);
  }
}

function refuse({ code, message, httpStatus }: Refusal): Response {
  return Response.json({ error: { code, message } }, { status: httpStatus });
}
