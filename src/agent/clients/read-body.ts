import { Refusal } from "../refusal.ts";

/**
 * The body of a request as JSON, never more than `limit` bytes of it: a sender need not say how much is coming.
 *
 * @returns undefined when there is none
 * @throws Refusal
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(request, limit));
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal("malformed", `The request's body is no JSON: ${String(error)}`, { cause: error });
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = (): Refusal => new Refusal("too_large", `The request's body has at most ${limit} bytes.`);
  if (Number(request.headers.get("Content-Length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (request.body !== null) {
    // Leaving the loop early cancels the stream.
    for await (const chunk of request.body as ReadableStream<Uint8Array>) {
      length += chunk.byteLength;
      if (length > limit) throw tooLarge();
      chunks.push(chunk);
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
