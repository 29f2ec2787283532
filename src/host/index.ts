export { type Compaction, compactData } from "./data/compact.ts";
export { DEFAULT_SHARDS, MAX_SHARDS } from "./data/data-directory.ts";
export {
  DataDirectoryBusyError,
  DataDirectoryMismatchError,
  DataDirectoryUnusableError,
  ListenError,
  SecretUnusableError,
  StartFailedError,
  UnsupportedPlatformError,
} from "./errors.ts";
export type { LogEntry, LogLevel, LogSink } from "./log-entry.ts";
export { type Server, type StartOptions, type StartPhase, startServer } from "./start-server.ts";
export type { PageSource } from "./adapt-project.ts";
export { listenProblem, serverUrl } from "./listen.ts";
export { bytesText } from "./storage/free-space.ts";
export type { StorageState } from "./storage/storage-watch.ts";
export { pawlVersion } from "./version.ts";
export type { SupervisorLimits } from "./workerd/supervisor.ts";
