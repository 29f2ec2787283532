/** A list of versions; each is the statements that make it of the one before. */
export type Schema = readonly (readonly string[])[];

/**
 * The tables of one shard. A shard that finds an older version runs the statements of the ones after it, all of a
 * version or none; one that finds a newer version refuses to touch the data. A version that has been released is never
 * changed, since there is data of it: what is to be different is a version of its own.
 */
export const SCHEMA: Schema = [
  [
    // One row per run. `run` numbers them in order of creation within the shard.
    // `live` is 1 while the run must be executing (and so be taken up when the shard starts), 0 while it waits for a
    // due row or an event, is paused or has ended.
    // `queue`: its place in the line of runs that wait for their turn to execute (admission.ts); NULL outside it.
    // `begun`: the mark of its first turn; 0 before that, NULL when it began in the moment of its creation.
    // `bytes`: what its results and events take, to a megabyte or so.
    // What can be large stands last: SQLite reads a row up to the last column that is asked for.
    `CREATE TABLE runs (
      run INTEGER PRIMARY KEY AUTOINCREMENT,
      workflow TEXT NOT NULL,
      id TEXT NOT NULL,
      status INTEGER NOT NULL,
      live INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      started INTEGER NOT NULL,
      ended INTEGER,
      paused_at INTEGER,
      success_retention_ms INTEGER,
      error_retention_ms INTEGER,
      purge_at INTEGER,
      queue INTEGER,
      begun INTEGER,
      bytes INTEGER NOT NULL DEFAULT 0,
      token TEXT,
      payload_form INTEGER NOT NULL,
      output_form INTEGER NOT NULL DEFAULT 0,
      rollback TEXT,
      error TEXT,
      payload TEXT,
      output TEXT,
      UNIQUE (workflow, id)
    )`,
    `CREATE INDEX runs_purge ON runs (purge_at) WHERE purge_at IS NOT NULL`,
    `CREATE INDEX runs_live ON runs (workflow, run) WHERE live = 1`,
    `CREATE INDEX runs_queue ON runs (workflow, queue) WHERE queue IS NOT NULL`,
    // For listings, newest first: each pair of workflow and status is a range in order of creation (catalog-table.ts).
    `CREATE INDEX runs_listing ON runs (workflow, status, created_at)`,
    // How many runs of a workflow have a status, kept by the database itself: no statement can forget to count. Pairs
    // that have no run any more stay, with 0.
    `CREATE TABLE counts (
      workflow TEXT NOT NULL,
      status INTEGER NOT NULL,
      n INTEGER NOT NULL,
      PRIMARY KEY (workflow, status)
    ) WITHOUT ROWID`,
    `CREATE TRIGGER runs_count_insert AFTER INSERT ON runs BEGIN
      INSERT INTO counts (workflow, status, n) VALUES (NEW.workflow, NEW.status, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
    END`,
    `CREATE TRIGGER runs_count_update AFTER UPDATE OF status ON runs WHEN OLD.status <> NEW.status BEGIN
      UPDATE counts SET n = n - 1 WHERE workflow = OLD.workflow AND status = OLD.status;
      INSERT INTO counts (workflow, status, n) VALUES (NEW.workflow, NEW.status, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
    END`,
    `CREATE TRIGGER runs_count_delete AFTER DELETE ON runs BEGIN
      UPDATE counts SET n = n - 1 WHERE workflow = OLD.workflow AND status = OLD.status;
    END`,
    // One row per step, sleep or wait. The key is run × STEPS_PER_RUN + place in start order, so that the rows of a run
    // lie together and a range of integers reads them in order.
    // `count`: the nth use of kind and name. `place`: the nth use in which step's callback (inside.ts), where it is in one.
    // `started`, `attempt_started` (of the last attempt, where it is not the first) and `ended` are marks (marks.ts).
    // `due_at`: end of a sleep, end of a back-off, timeout of a wait; NULL when nothing is due.
    // `held_ms`: what was left of it when the run was paused. `wait_ms`: the whole length of a sleep or a wait's timeout.
    // `rollback`: whether the step has a rollback handler, and what has become of it.
    // `event_type`: what a wait waits for. `value` of a completed wait: the number of the event it took.
    `CREATE TABLE steps (
      step INTEGER PRIMARY KEY,
      kind INTEGER NOT NULL,
      name TEXT NOT NULL,
      count INTEGER NOT NULL,
      place TEXT,
      state INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      failures INTEGER NOT NULL DEFAULT 0,
      started INTEGER NOT NULL,
      attempt_started INTEGER,
      ended INTEGER,
      due_at INTEGER,
      held_ms INTEGER,
      wait_ms INTEGER,
      event_type TEXT,
      rollback INTEGER,
      config TEXT,
      error TEXT,
      form INTEGER NOT NULL DEFAULT 0,
      value TEXT
    )`,
    `CREATE INDEX steps_due ON steps (due_at) WHERE due_at IS NOT NULL`,
    // Attempts that failed; a step's last, successful attempt is the step's own row.
    `CREATE TABLE attempts (
      step INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      started INTEGER NOT NULL,
      ended INTEGER NOT NULL,
      delay_ms INTEGER,
      error TEXT NOT NULL,
      PRIMARY KEY (step, attempt)
    ) WITHOUT ROWID`,
    // What happens to a run as a whole and is not in its own row: pauses, resumes, restarts, rollbacks.
    `CREATE TABLE log (run INTEGER NOT NULL, mark INTEGER NOT NULL, type TEXT NOT NULL, facts TEXT, PRIMARY KEY (run, mark)) WITHOUT ROWID`,
    // What runs while the engine is cautious (caution.ts), and at how many deaths of the process it was under way.
    // `key`: a step's; negative, for the code that runs after that step.
    `CREATE TABLE suspects (key INTEGER PRIMARY KEY, deaths INTEGER NOT NULL, under_way INTEGER NOT NULL, subject TEXT NOT NULL)`,
    // When each schedule fires next; in the shard that is the home of its workflow.
    `CREATE TABLE schedules (workflow TEXT NOT NULL, cron TEXT NOT NULL, next_at INTEGER NOT NULL, PRIMARY KEY (workflow, cron)) WITHOUT ROWID`,
    // Results that are streams, in pieces of 256 KiB at most.
    `CREATE TABLE chunks (step INTEGER NOT NULL, piece INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (step, piece)) WITHOUT ROWID`,
    // Events in order of acceptance. A delivered one stays, with the step that took it, as part of the run's history.
    `CREATE TABLE events (
      event INTEGER PRIMARY KEY AUTOINCREMENT,
      run INTEGER NOT NULL,
      type TEXT NOT NULL,
      sent_at INTEGER NOT NULL,
      taken_by INTEGER,
      token TEXT,
      form INTEGER NOT NULL,
      value TEXT
    )`,
    `CREATE INDEX events_run ON events (run, token)`,
    `CREATE INDEX events_in_order ON events (run)`,
    `CREATE INDEX events_waiting ON events (run, type, event) WHERE taken_by IS NULL`,
  ],
];

/** Places for steps in one run; 2^21 leaves 2^32 runs per shard within JavaScript's exact integers. */
export const STEPS_PER_RUN = 2_097_152;
