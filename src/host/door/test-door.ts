import { problem } from "./answers.ts";
import door from "./door.ts";
import type { DoorEnv } from "./engine-shards.ts";
import { isAllowed } from "./token.ts";
import { decodeWire, encodeWire } from "./wire.ts";

/**
 * The door of a server that was started for testing: the same, and a way for tests into the engine. No other server
 * has this module.
 */

/** As much of an engine shard as a test needs. */
interface TestedShard {
  test(call: unknown): Promise<unknown>;
}

export default {
  async fetch(request, env): Promise<Response> {
    if (`${request.method} ${new URL(request.url).pathname}` !== "POST /test") return door.fetch(request, env);
    if (!(await isAllowed(request, env.TOKEN))) return problem(401, "A valid token is needed.");
    const { ENGINE } = env;
    if (ENGINE === undefined) return problem(404, "This project has no workflows.");
    // Any shard knows which ones a call concerns. Types of remote calls know nothing of values of any kind.
    const shard = ENGINE.get(ENGINE.idFromName("shard-0")) as unknown as TestedShard;
    const answer = await shard.test(decodeWire(await request.text()));
    return new Response(encodeWire(answer), { headers: { "content-type": "application/json" } });
  },
} satisfies ExportedHandler<DoorEnv>;
