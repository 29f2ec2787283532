const VERSION_KEY = "pawl_agent:schema";
const VERSION = 1;

/**
 * Makes the tables of an agent's runs beside those of the Agents SDK, once.
 *
 * @throws when a newer version of this package has written them
 */
export function createTables({ sql, kv }: DurableObjectStorage): void {
  const version = kv.get<number>(VERSION_KEY) ?? 0;
  if (version === VERSION) return;
  if (version > VERSION) {
    throw new Error(
      `The runs of this agent were written by a newer version of pawl (format ${version}, this one reads ${VERSION}). Install that version again.`,
    );
  }
  sql.exec(`
    CREATE TABLE pawl_agent_runs (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      workflow TEXT NOT NULL,
      created INTEGER NOT NULL,
      keyed INTEGER NOT NULL DEFAULT 0,
      paused INTEGER NOT NULL DEFAULT 0,
      outcome TEXT,
      settled INTEGER NOT NULL DEFAULT 0,
      step TEXT,
      progress REAL NOT NULL DEFAULT 0,
      error TEXT,
      results INTEGER NOT NULL DEFAULT 0,
      waits TEXT NOT NULL DEFAULT '[]',
      waits_at INTEGER NOT NULL DEFAULT 0,
      started_at INTEGER NOT NULL,
      restarted_at INTEGER NOT NULL DEFAULT 0,
      updated_at INTEGER NOT NULL,
      ended_at INTEGER,
      check_at INTEGER NOT NULL,
      checks INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX pawl_agent_runs_live ON pawl_agent_runs (number) WHERE (outcome IS NULL OR paused = 1);
    CREATE INDEX pawl_agent_runs_open ON pawl_agent_runs (check_at) WHERE settled = 0;
    CREATE TABLE pawl_agent_results (
      run INTEGER NOT NULL,
      n INTEGER NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (run, n)
    ) WITHOUT ROWID;
    CREATE TABLE pawl_agent_reports (
      run INTEGER NOT NULL,
      step TEXT NOT NULL,
      count INTEGER NOT NULL,
      method TEXT NOT NULL,
      call INTEGER NOT NULL,
      PRIMARY KEY (run, step, count, method, call)
    ) WITHOUT ROWID;
  `);
  kv.put(VERSION_KEY, VERSION);
}
