import { PawlError } from "../compiler/index.ts";

/** `code: "usage"`: the command line cannot be understood. Ends with exit code 2, as is the custom. */
export class UsageError extends PawlError {
  /** The command whose help explains it; absent when the command itself is unknown. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super("usage", message);
    this.command = command;
  }
}
