import type { Column, Decision, Phase, UploadRequest } from "../../protocol/import.ts";

/** One import as it is recorded. Counts are not here: they are summed up from the batches. How it goes, its run knows. */
export interface ImportRecord extends UploadRequest {
  /** Its run's as well. */
  id: string;
  pieces: number;
  phase: Phase;
  /** What is wrong with the file as a whole. */
  problem: string | null;
  columns: Column[];
  keyIndex: number | null;
  batchRows: number | null;
  decision: Decision | null;
  createdAt: number;
  /** Last time a piece of the file arrived. */
  touchedAt: number;
  phaseTimes: Partial<Record<Phase, number>>;
}

export class ImportTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(request: UploadRequest, id: string, pieces: number): void {
    const at = Date.now();
    const record: ImportRecord = {
      id,
      ...request,
      pieces,
      phase: "upload",
      problem: null,
      columns: [],
      keyIndex: null,
      batchRows: null,
      decision: null,
      createdAt: at,
      touchedAt: at,
      phaseTimes: { upload: at },
    };
    this.#sql.exec("INSERT INTO imports (id, record) VALUES (?, ?)", id, JSON.stringify(record));
  }

  get(id: string): ImportRecord | null {
    return this.#first("WHERE id = ?", id);
  }

  newest(): ImportRecord | null {
    return this.#first("ORDER BY n DESC LIMIT 1");
  }

  change(id: string, changes: Partial<ImportRecord>): void {
    const record = JSON.stringify({ ...this.get(id), ...changes });
    this.#sql.exec("UPDATE imports SET record = ? WHERE id = ?", record, id);
  }

  #first(rest: string, ...values: string[]): ImportRecord | null {
    const [row] = this.#sql.exec<{ record: string }>(`SELECT record FROM imports ${rest}`, ...values).toArray();
    return row === undefined ? null : (JSON.parse(row.record) as ImportRecord);
  }
}

export function keyColumnOf({ columns, keyIndex }: ImportRecord): string | null {
  return keyIndex === null ? null : (columns[keyIndex]?.name ?? null);
}
