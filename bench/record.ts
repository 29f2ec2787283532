/** One figure, as `--json` writes it. */
export interface Figure {
  readonly work: string;
  readonly subject: string;
  readonly metric: string;
  readonly unit: string;
  /** The median over the repetitions. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** A figure with what the table and the page need beside it. */
export interface Result extends Figure {
  /** Whether more is better, or less. */
  readonly better: Better;
  /** Where the figure is one point of a curve: its place on the other axis. */
  readonly at?: number;
  /** What of the limit is reached, 1 being all of it; and which limit. */
  readonly share?: number;
  readonly limit?: string;
  /** What was different about this subject, a smaller size for instance. */
  readonly note?: string;
}

export type Better = "more" | "less";

/** Everything that one call of the benchmark has found. */
export interface BenchRecord {
  readonly facts: Facts;
  readonly results: readonly Result[];
  /** What could not be measured, and why. */
  readonly missing: readonly Missing[];
}

export interface Missing {
  readonly work: string;
  readonly subject: string;
  readonly why: string;
}

export interface Facts {
  readonly date: string;
  readonly machine: string;
  readonly disk: string;
  readonly node: string;
  readonly repetitions: number;
  /** With sizes that only show that everything works. */
  readonly quick: boolean;
  readonly subjects: readonly SubjectFacts[];
}

export interface SubjectFacts {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** What is on disk when a step counts as done, by the subject's own defaults. */
  readonly durability: string;
}
