import type { Shard } from "../runs/shard.ts";
import { cloneKey, decode } from "../journal/value-store.ts";
import { CountingSql } from "./counting-sql.ts";
import { headOf, type RunHead } from "./run-head.ts";
import { StepRows } from "./step-rows.ts";

/** Everything that one answer about one run reads, as it is in this turn. */
export class RunReader {
  readonly sql: CountingSql;
  readonly shard: Shard;
  readonly head: RunHead;
  readonly steps: StepRows;

  private constructor(shard: Shard, sql: CountingSql, head: RunHead) {
    this.shard = shard;
    this.sql = sql;
    this.head = head;
    this.steps = new StepRows(sql, head.run, shard.execution(head.run)?.atWork() ?? []);
  }

  static open(shard: Shard, workflow: string, id: string): RunReader | undefined {
    const sql = new CountingSql(shard.storage.sql);
    const head = headOf(sql, workflow, id);
    return head && new RunReader(shard, sql, head);
  }

  params(): unknown {
    const { payload_form: form, run } = this.head;
    return this.decode(form, this.#text("payload"), cloneKey.payload(run));
  }

  output(): unknown {
    const { output_form: form, run } = this.head;
    return this.decode(form, this.#text("output"), cloneKey.output(run));
  }

  decode(form: number, text: string | null, key: string): unknown {
    return decode(this.shard.storage, form, text, key);
  }

  #text(column: "payload" | "output"): string | null {
    const row = this.sql.first<{ text: string | null }>(
      `SELECT ${column} AS text FROM runs WHERE run = ?`,
      this.head.run,
    );
    return row?.text ?? null;
  }
}
