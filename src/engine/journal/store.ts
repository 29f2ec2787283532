import { type Schema, SCHEMA } from "./schema.ts";

/** `meta` keys. */
const SCHEMA_VERSION = "schema";
const SHARDS = "shards";
const SHARD_NAME = "name";

/** The host tells by these words that a start has to fail: no call of any client would ever succeed. */
const THIS_DATA = "The data of this shard";

/**
 * Brings a shard's tables to this version and checks that the data was made for as many shards as there are now: with
 * another number, ids would hash to objects that never heard of them.
 * @returns the shard's name
 * @throws Error when the data is from a newer version or another number of shards, or cannot be brought to this
 * version; it is as it was then
 */
export function openSchema(
  storage: DurableObjectStorage,
  shards: number,
  shardName: string | undefined,
  schema: Schema = SCHEMA,
): string {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID");
  const meta = new Map<string, string>();
  for (const row of sql.exec<{ key: string; value: string }>("SELECT key, value FROM meta"))
    meta.set(row.key, row.value);
  const version = Number(meta.get(SCHEMA_VERSION) ?? 0);
  if (version > schema.length) {
    throw new Error(
      `${THIS_DATA} was written by a newer version of Pawl (engine schema ${version}, this one knows up to ${schema.length}). Use that version, or restore a backup from before it.`,
    );
  }
  const stored = meta.get(SHARDS);
  if (stored !== undefined && Number(stored) !== shards) {
    throw new Error(
      `${THIS_DATA} was made with ${stored} shards and cannot be opened with ${shards}. Start with the number it was made with.`,
    );
  }
  // `ctx.id.name` can be null after a hand-over in a cluster, so the shard keeps its own name.
  const name = shardName ?? meta.get(SHARD_NAME);
  if (name === undefined) throw new Error("This shard of the workflow engine does not know its name.");
  if (stored === undefined) {
    storage.transactionSync(() => {
      put(sql, SHARDS, shards);
      put(sql, SHARD_NAME, name);
    });
  }
  for (let from = version; from < schema.length; from++) migrate(storage, schema, from);
  return name;
}

/** All of a version's statements and its number, or nothing of them. */
function migrate(storage: DurableObjectStorage, schema: Schema, from: number): void {
  try {
    storage.transactionSync(() => {
      for (const statement of schema[from] ?? []) storage.sql.exec(statement);
      put(storage.sql, SCHEMA_VERSION, from + 1);
    });
  } catch (cause) {
    if (from === 0) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${THIS_DATA} could not be brought from engine schema ${from} to ${from + 1} and is as it was: ${reason}`,
      { cause },
    );
  }
}

function put(sql: SqlStorage, key: string, value: string | number): void {
  sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value);
}
