import type { Connection, WSMessage } from "agents";
import type { AgentResponse, ClientMessage } from "../protocol.ts";
import { asRefusal } from "../refusal.ts";
import { readMessage, requestIdOf } from "./read-message.ts";
import type { Requests } from "./requests.ts";

/** Answers one message of a connection. Whatever it is and whatever happens, it is an answer and no exception. */
export async function answerSocket<By>(
  requests: Requests<By | Connection>,
  connection: Connection,
  data: WSMessage,
  maxBytes: number,
): Promise<void> {
  let message: ClientMessage | undefined;
  try {
    message = readMessage(data, maxBytes);
    const answer = await requests.handle(connection, message);
    if (answer !== undefined) send(connection, answer);
  } catch (error) {
    const refusal = asRefusal(error, `A client's "${message?.type ?? "message"}" failed`);
    const requestId = message === undefined ? requestIdOf(data) : message.requestId;
    const instanceId = message !== undefined && "instanceId" in message ? message.instanceId : undefined;
    send(connection, {
      type: "error",
      message: refusal.message,
      code: refusal.code,
      ...(instanceId !== undefined && { instanceId }),
      ...(requestId !== undefined && { requestId }),
    });
  }
}

export function send(connection: Connection, answer: AgentResponse): void {
  try {
    connection.send(JSON.stringify(answer));
  } catch {
    // It has closed meanwhile: there is nobody to tell.
  }
}
