/** Has every step outcome followed by a replay, on engines that can be told so. Returns how many shards were told. */
export async function forceReplays(engine: DurableObjectNamespace | undefined, on: boolean): Promise<number> {
  if (engine === undefined) return 0;
  for (let i = 0; i < SHARDS; i++) {
    const stub: unknown = engine.get(engine.idFromName(`shard-${i}`));
    await (stub as { forceReplay: (on: boolean) => Promise<void> }).forceReplay(on);
  }
  return SHARDS;
}

const SHARDS = 8;
