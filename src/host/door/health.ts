import { Problem } from "./answers.ts";

/** What the host tells of the whole server: a Worker sees no file system, for example. */
interface Told {
  /** Whether what the application writes is kept. */
  readonly storage?: { readonly state: string };
}

let told: Told = {};

/** That there is an answer says that the event loop turns; `ok` is false when the server cannot do its work all the same. */
export function health(): object {
  const { storage } = told;
  return { ok: storage === undefined || storage.state === "ok" || storage.state === "low", ...told };
}

/** @throws Problem */
export async function setHealth(request: Request): Promise<Response> {
  try {
    told = await request.json<Told>();
  } catch {
    throw new Problem(400, "The body is no JSON.");
  }
  return new Response(null, { status: 204 });
}
