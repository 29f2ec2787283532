export type LogLevel = "debug" | "info" | "warn" | "error";

/** One entry of the log: what the Worker, workerd or pawl itself has to say. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: LogLevel;
  readonly source: "worker" | "workerd" | "pawl";
  readonly message: string;
  /** Stack below the message, one frame a line, in the user's source where the source map knows it. */
  readonly stack?: string;
  /** Source around the place of an error, with a marker. */
  readonly frame?: string;
  /** True for what only somebody who looks into workerd itself wants to see. */
  readonly internal?: boolean;
  /** Name of a machine-readable event, with facts that go with it. */
  readonly event?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

export type LogSink = (entry: LogEntry) => void;
