/** The shard that holds an instance: FNV-1a over workflow name and id, so that every Worker finds it by itself. */
export function shardOf(workflow: string, id: string, shards: number): number {
  let hash = 0x811c9dc5;
  const text = `${workflow}\n${id}`;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  // FNV's low bits are weak for short texts that differ at the end; fold the high half in.
  hash ^= hash >>> 15;
  return (hash >>> 0) % shards;
}

const PREFIX = "shard-";

export function shardName(index: number): string {
  return PREFIX + index;
}

export function shardIndex(name: string): number {
  return Number(name.slice(PREFIX.length));
}
