/** What the page and the agent say to each other. Types and constants only: both sides import this file. */

export const phases = ["upload", "parse", "check", "approve", "load", "report"] as const;
export type Phase = (typeof phases)[number];

/**
 * What a person sees of an import, made from its run and its details.
 *
 * - `uploading`: pieces of the file are arriving; there is no run yet
 * - `queued`: started, the run has not begun yet
 * - `waiting`: too many bad rows, a person has to decide
 * - `rejected`: a person (or seven days of silence) decided against loading
 */
export type Status =
  | "uploading"
  | "queued"
  | "running"
  | "paused"
  | "waiting"
  | "complete"
  | "rejected"
  | "cancelled"
  | "failed";

export const endedStatuses: ReadonlySet<Status> = new Set<Status>(["complete", "rejected", "cancelled", "failed"]);

export const faultKinds = ["missing", "type", "date", "duplicate", "columns", "quotes", "characters"] as const;
export type FaultKind = (typeof faultKinds)[number];

export type ColumnType = "integer" | "decimal" | "boolean" | "date" | "email" | "text";

/** What stands in a loaded row. Dates are ISO 8601 text. */
export type Value = string | number | boolean | null;

export interface Column {
  name: string;
  type: ColumnType;
  required: boolean;
  /** Which sign separates the fraction in this column's numbers. */
  decimalMark: "." | ",";
  /** How `03/04/2025` is read in this column. */
  dateOrder: "dmy" | "mdy";
}

export interface Fault {
  kind: FaultKind;
  /** Name of the column, or null when the whole row is at fault. */
  column: string | null;
  message: string;
}

/** Pause between two batches in milliseconds. The names are what the person chooses from. */
export const paces = { full: 0, steady: 350, slow: 1000 } as const;
export type Pace = keyof typeof paces;

/** A person is asked when more than this share of rows (in per cent) is bad. */
export const askAboveChoices = [0, 2, 5, 10, 25] as const;
export type AskAbove = (typeof askAboveChoices)[number];

export const limits = {
  fileBytes: 50 * 1024 * 1024,
  pieceBytes: 256 * 1024,
  /** Of the request that announces a file. */
  announcementBytes: 16 * 1024,
  rows: 1_000_000,
  columns: 200,
  fileNameLength: 200,
  pageSize: 200,
} as const;

/** What the agent says of an import: the details of its run, and before there is one the state's `upload`. */
export interface ImportDetails {
  /** The run has the same. */
  id: string;
  fileName: string;
  bytes: number;
  pace: Pace;
  askAbovePercent: number;
  phase: Phase;
  pieces: { total: number; received: number; parsed: number };
  rows: { found: number; checked: number; good: number; bad: number; tidied: number; loaded: number };
  faults: Partial<Record<FaultKind, number>>;
  columns: number;
  /** Column whose value may not come twice; null when whole rows are compared. */
  keyColumn: string | null;
  createdAt: number;
  /** When each phase began, in milliseconds since 1970. */
  phaseStartedAt: Partial<Record<Phase, number>>;
  decision: Decision | null;
  /** What is wrong with the file as a whole, in words for a person. */
  problem: string | null;
}

export interface Decision {
  approved: boolean;
  by: "person" | "timeout";
  at: number;
}

/** What the agent's state has beside the runs. */
export interface WorkspaceState {
  /** The file that is on its way. */
  upload: ImportDetails | null;
}

export const decisionTimeout = "7 days";

export interface ColumnReport {
  name: string;
  type: ColumnType;
  required: boolean;
  rows: number;
  filled: number;
  distinct: number;
  /** Numbers and dates: smallest and greatest. Text: fewest and most characters. */
  min: number | string | null;
  max: number | string | null;
  /** Numbers only. */
  mean: number | null;
  top: { value: string; count: number }[];
}

export interface ReportPage {
  keyColumn: string | null;
  columns: Column[];
  /** Statistics of the loaded rows; empty until the report phase. */
  statistics: ColumnReport[];
}

export interface LoadedRow {
  n: number;
  line: number;
  values: Value[];
}

export interface RejectedRow {
  n: number;
  line: number;
  cells: string[];
  faults: Fault[];
}

export interface RowPage<Row> {
  rows: Row[];
  total: number;
}

export interface FaultExample {
  kind: FaultKind;
  line: number;
  message: string;
}

export interface ErrorAnswer {
  error: { code: string; message: string };
}

export interface UploadRequest {
  fileName: string;
  bytes: number;
  pace: Pace;
  askAbovePercent: AskAbove;
}

export interface UploadAccepted {
  id: string;
  pieceBytes: number;
  pieces: number;
}
