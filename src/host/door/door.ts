import { Problem, problem } from "./answers.ts";
import { type DoorEnv, EngineShards } from "./engine-shards.ts";
import { health, setHealth } from "./health.ts";
import { answerRead } from "./read-routes.ts";
import { isAllowed } from "./token.ts";

/**
 * The door: a Worker of ours beside the project's, on a loopback socket of its own, through which the host looks
 * after the application, and console, CLI and metrics read it. Everything here needs the token that the host made for
 * this start.
 */
export default {
  async fetch(request, env): Promise<Response> {
    if (!(await isAllowed(request, env.TOKEN))) return problem(401, "A valid token is needed.");
    const url = new URL(request.url);
    const route = `${request.method} ${url.pathname}`;
    if (route === "GET /health") return Response.json(health());
    if (route === "POST /wake") return wakeShards(env);
    try {
      if (route === "PUT /health") return await setHealth(request);
      const answer = request.method === "GET" ? await answerRead(url, env) : undefined;
      return answer === undefined ? problem(404, `There is no ${route} here.`) : Response.json(answer);
    } catch (error) {
      if (error instanceof Problem) return problem(error.status, error.message);
      throw error;
    }
  },
} satisfies ExportedHandler<DoorEnv>;

/** Starts every shard, so that unfinished runs go on at once instead of at their shard's next alarm. */
async function wakeShards(env: DoorEnv): Promise<Response> {
  const shards = EngineShards.of(env);
  if (shards === undefined) return Response.json({ woken: 0, failed: [] });
  const results = await Promise.allSettled(Array.from({ length: shards.count }, (_, index) => shards.at(index).wake()));
  const failed = results.flatMap((result, shard) =>
    result.status === "rejected" ? [{ shard, message: String(result.reason) }] : [],
  );
  return Response.json({ woken: shards.count - failed.length, failed }, { status: failed.length === 0 ? 200 : 500 });
}
