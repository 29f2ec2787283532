/**
 * The door: a Worker of ours beside the project's, on a loopback socket of its own, through which the host looks
 * after the application. Everything here needs the token that the host made for this start.
 */

/** As much of an engine shard as the door uses. */
interface DoorShard extends Rpc.DurableObjectBranded {
  wake(): Promise<void>;
}

export interface DoorEnv {
  readonly TOKEN: string;
  /** 0 in a project without workflows. */
  readonly SHARDS: number;
  readonly ENGINE?: DurableObjectNamespace<DoorShard>;
}

export default {
  async fetch(request, env): Promise<Response> {
    if (!(await isAllowed(request, env.TOKEN))) return problem(401, "A valid token is needed.");
    const { pathname } = new URL(request.url);
    const route = `${request.method} ${pathname}`;
    if (route === "GET /health") return Response.json({ ok: true });
    if (route === "POST /wake") return wakeShards(env);
    return problem(404, `There is no ${route} here.`);
  },
} satisfies ExportedHandler<DoorEnv>;

/** Starts every shard, so that unfinished runs go on at once instead of at their shard's next alarm. */
async function wakeShards({ ENGINE, SHARDS }: DoorEnv): Promise<Response> {
  if (ENGINE === undefined) return Response.json({ woken: 0, failed: [] });
  const wakes = Array.from({ length: SHARDS }, async (_, index) => {
    await ENGINE.get(ENGINE.idFromName(`shard-${index}`)).wake();
  });
  const results = await Promise.allSettled(wakes);
  const failed = results.flatMap((result, shard) =>
    result.status === "rejected" ? [{ shard, message: String(result.reason) }] : [],
  );
  return Response.json({ woken: SHARDS - failed.length, failed }, { status: failed.length === 0 ? 200 : 500 });
}

/** Compares digests, so that neither the token's length nor its first differing byte shows in the time taken. */
export async function isAllowed(request: Request, token: string): Promise<boolean> {
  const given = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  const [a, b] = await Promise.all([digest(given), digest(token)]);
  return token !== "" && crypto.subtle.timingSafeEqual(a, b);
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

export function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}
