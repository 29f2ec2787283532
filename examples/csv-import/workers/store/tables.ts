/**
 * The tables of one workspace. What is staged (`pieces`, `staged`, `tallies`, `seen`, `reading`) belongs to an import
 * under way and goes when it ends; the rest is what a person finds later.
 */
const statements = [
  `CREATE TABLE IF NOT EXISTS imports (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS pieces (
    import_id TEXT NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (import_id, n)
  )`,
  // One row per import: where reading stands between two pieces.
  `CREATE TABLE IF NOT EXISTS reading (
    import_id TEXT PRIMARY KEY,
    next_piece INTEGER NOT NULL, encoding TEXT NOT NULL, ascii INTEGER NOT NULL, carry BLOB NOT NULL,
    delimiter TEXT NOT NULL, header TEXT, rest TEXT NOT NULL, line INTEGER NOT NULL, rows INTEGER NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS tallies (
    import_id TEXT NOT NULL, piece INTEGER NOT NULL, tallies TEXT NOT NULL,
    PRIMARY KEY (import_id, piece)
  ) WITHOUT ROWID`,
  // Rows as read; after the check \`checked\` holds the values of a good row, and stays NULL for a bad one.
  `CREATE TABLE IF NOT EXISTS staged (
    import_id TEXT NOT NULL, n INTEGER NOT NULL, line INTEGER NOT NULL, broken INTEGER NOT NULL,
    cells TEXT NOT NULL, checked TEXT,
    PRIMARY KEY (import_id, n)
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS seen (
    import_id TEXT NOT NULL, row_key TEXT NOT NULL, line INTEGER NOT NULL,
    PRIMARY KEY (import_id, row_key)
  ) WITHOUT ROWID`,
  // What has been done, batch by batch. A batch that stands here is never done again; all progress is summed up from here.
  `CREATE TABLE IF NOT EXISTS batches (
    import_id TEXT NOT NULL, phase TEXT NOT NULL, n INTEGER NOT NULL,
    rows INTEGER NOT NULL, good INTEGER NOT NULL, bad INTEGER NOT NULL, tidied INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (import_id, phase, n)
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS fault_counts (
    import_id TEXT NOT NULL, batch INTEGER NOT NULL, kind TEXT NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (import_id, batch, kind)
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS rejected (
    import_id TEXT NOT NULL, n INTEGER NOT NULL, line INTEGER NOT NULL, cells TEXT NOT NULL, faults TEXT NOT NULL,
    PRIMARY KEY (import_id, n)
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS loaded (
    import_id TEXT NOT NULL, n INTEGER NOT NULL, line INTEGER NOT NULL, cells TEXT NOT NULL,
    PRIMARY KEY (import_id, n)
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS statistics (
    import_id TEXT NOT NULL, column_index INTEGER NOT NULL, report TEXT NOT NULL,
    PRIMARY KEY (import_id, column_index)
  ) WITHOUT ROWID`,
];

export function createTables(sql: SqlStorage): void {
  for (const statement of statements) sql.exec(statement);
}

const stagedTables = ["pieces", "reading", "tallies", "staged", "seen"] as const;
const resultTables = ["batches", "fault_counts", "rejected", "loaded", "statistics"] as const;

/** Gives back what only an import under way needs. */
export function dropStaged(sql: SqlStorage, importId: string): void {
  for (const table of stagedTables) sql.exec(`DELETE FROM ${table} WHERE import_id = ?`, importId);
}

/** Leaves nothing of an import's rows: what a cancelled or removed import must not show. */
export function dropRows(sql: SqlStorage, importId: string): void {
  dropStaged(sql, importId);
  for (const table of ["rejected", "loaded", "statistics"]) {
    sql.exec(`DELETE FROM ${table} WHERE import_id = ?`, importId);
  }
  sql.exec("DELETE FROM batches WHERE import_id = ? AND phase = 'load'", importId);
}

export function dropImport(sql: SqlStorage, importId: string): void {
  dropStaged(sql, importId);
  for (const table of resultTables) sql.exec(`DELETE FROM ${table} WHERE import_id = ?`, importId);
  sql.exec("DELETE FROM imports WHERE id = ?", importId);
}
