import { SCHEMA } from "./schema.ts";

/** `meta` keys. */
const SCHEMA_VERSION = "schema";
const SHARDS = "shards";
const SHARD_NAME = "name";

/**
 * Brings a shard's tables to this version and checks that the data was made for as many shards as there are now: with
 * another number, ids would hash to objects that never heard of them.
 * @returns the shard's name
 * @throws Error when the data is from a newer version or another number of shards
 */
export function openSchema(storage: DurableObjectStorage, shards: number, shardName: string | undefined): string {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID");
  const meta = new Map<string, string>();
  for (const row of sql.exec<{ key: string; value: string }>("SELECT key, value FROM meta"))
    meta.set(row.key, row.value);
  const version = Number(meta.get(SCHEMA_VERSION) ?? 0);
  if (version > SCHEMA.length) {
    throw new Error(
      `This data was written by a newer version of Pawl (engine schema ${version}, this one knows ${SCHEMA.length}). Upgrade Pawl, or restore a backup made with this version.`,
    );
  }
  const stored = meta.get(SHARDS);
  if (stored !== undefined && Number(stored) !== shards) {
    throw new Error(
      `This data was made with ${stored} shards and cannot be opened with ${shards}. Start with the number it was made with.`,
    );
  }
  // `ctx.id.name` can be null after a hand-over in a cluster, so the shard keeps its own name.
  const name = shardName ?? meta.get(SHARD_NAME);
  if (name === undefined) throw new Error("This shard of the workflow engine does not know its name.");
  if (version === SCHEMA.length && stored !== undefined) return name;
  storage.transactionSync(() => {
    for (const statements of SCHEMA.slice(version)) for (const statement of statements) sql.exec(statement);
    const put = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)";
    sql.exec(put, SCHEMA_VERSION, SCHEMA.length);
    sql.exec(put, SHARDS, shards);
    sql.exec(put, SHARD_NAME, name);
  });
  return name;
}
