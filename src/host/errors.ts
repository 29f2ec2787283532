import { PawlError } from "../compiler/index.ts";
import { isNoRoom } from "./storage/failure.ts";

/** `code: "port_in_use"` or `"address_unavailable"`: the server cannot listen where it was asked to. */
export class ListenError extends PawlError {
  readonly host: string;
  readonly port: number;

  constructor(code: "port_in_use" | "address_unavailable", host: string, port: number, message: string) {
    super(code, message);
    this.host = host;
    this.port = port;
  }
}

/** `code: "data_directory_busy"`: another process works with the data directory. */
export class DataDirectoryBusyError extends PawlError {
  readonly path: string;
  readonly pid: number;
  /** Where the other process serves; absent while it is starting. */
  readonly url: string | undefined;

  constructor(path: string, pid: number, url: string | undefined) {
    const where = url === undefined ? "it is still starting" : `it serves ${url}`;
    super(
      "data_directory_busy",
      `The data directory ${path} is in use by process ${pid} (${where}). Stop that one first, or give this one a data directory of its own with --data.`,
    );
    this.path = path;
    this.pid = pid;
    this.url = url;
  }
}

/** `code: "data_directory_mismatch"`: the data was made by another application, layout or version. */
export class DataDirectoryMismatchError extends PawlError {
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super("data_directory_mismatch", message, options);
    this.path = path;
  }
}

/** `code: "data_directory_unusable"`: the file system does not let us make, read or write it. */
export class DataDirectoryUnusableError extends PawlError {
  readonly path: string;

  constructor(path: string, cause: Error) {
    const advice = isNoRoom(cause)
      ? "The disk is full: free some room, and start again"
      : "Check its permissions, or name another with --data";
    super("data_directory_unusable", `The data directory ${path} cannot be used: ${cause.message}. ${advice}.`, {
      cause,
    });
    this.path = path;
  }
}

/** `code: "secret_unusable"`: a secret cannot be handed over to the Worker. Says its name, never its value. */
export class SecretUnusableError extends PawlError {
  readonly secret: string;

  constructor(secret: string, message: string) {
    super("secret_unusable", message);
    this.secret = secret;
  }
}

/** `code: "start_failed"`: workerd ended, or did not get ready in time, at the first start. */
export class StartFailedError extends PawlError {
  constructor(message: string, options?: ErrorOptions) {
    super("start_failed", message, options);
  }
}

/** `code: "unsupported_platform"`: there is no workerd binary here. */
export class UnsupportedPlatformError extends PawlError {
  constructor(message: string, options?: ErrorOptions) {
    super("unsupported_platform", message, options);
  }
}
