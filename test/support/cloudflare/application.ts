/** A Worker application, as much of it as Cloudflare's engines must be told to run it. */
export interface Application {
  readonly name: string;
  /** The Worker as one ES module; see `bundleWorker`. */
  readonly script: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags?: readonly string[];
  readonly workflows: readonly WorkflowOf[];
  /** Durable Objects with SQLite storage. */
  readonly objects?: readonly ObjectOf[];
}

export interface WorkflowOf {
  readonly binding: string;
  readonly name: string;
  readonly className: string;
  /** Default: the engine's. */
  readonly stepLimit?: number;
}

export interface ObjectOf {
  readonly binding: string;
  readonly className: string;
}

/** An application that is being served. */
export interface Served {
  /** Without a slash at the end. */
  readonly url: string;
  /** The workerd process, where it is known. */
  readonly pid?: number;
  stop(): Promise<void>;
}
