import { isPlatformTransientError } from "agents";

/** The id belongs to an instance that the engine has already. */
export class AlreadyExists extends Error {
  constructor(options: ErrorOptions) {
    super("There is a workflow instance of this id already.", options);
    this.name = "AlreadyExists";
  }
}

export function isNotFound(error: unknown): boolean {
  return messageOf(error).includes("not_found");
}

/** The way there has failed, not what was asked: it may be asked again, and may have been done. */
export function isUnreachable(error: unknown): boolean {
  return isPlatformTransientError(error);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
