import { Agent, request } from "node:http";
import type { Operation, Operations } from "../operations.ts";

/** Longer than any operation takes; a subject that has stopped for good must not stop the others. */
const WITHIN_MS = 15 * 60_000;

/** Without the limits that `fetch` has: an answer may take minutes. Connections stay, so that opening one is not measured. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Asks a subject for an operation. @throws with what it answered, where that is not 200 */
export async function call<O extends Operation>(
  url: string,
  operation: O,
  asks: Operations[O]["asks"],
): Promise<Operations[O]["answers"]> {
  return (await post(`${url}/${operation}`, asks)) as Operations[O]["answers"];
}

/** `POST` with JSON both ways. */
export async function post(url: string, asks: unknown): Promise<unknown> {
  const body = JSON.stringify(asks);
  const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) };
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.once("error", reject);
    });
    sent.once("error", reject);
    sent.setTimeout(WITHIN_MS, () => {
      sent.destroy(new Error(`${url} did not answer within ${WITHIN_MS / 60_000} minutes.`));
    });
    sent.end(body);
  });
  if (status !== 200) throw new Error(`${url} answered ${status}: ${text.slice(0, 1000)}`);
  return JSON.parse(text);
}

/** Connections to servers that are gone are closed, or the process would not end. */
export function closeConnections(): void {
  agent.destroy();
}
