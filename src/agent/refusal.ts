import type { ErrorCode } from "./protocol.ts";

const HTTP_STATUS: Record<ErrorCode, number> = {
  malformed: 400,
  too_large: 413,
  forbidden: 403,
  readonly: 403,
  unknown_run: 404,
  unknown_workflow: 404,
  id_taken: 409,
  too_many_runs: 429,
  not_now: 409,
  not_waiting: 409,
  not_found: 404,
  internal: 500,
};

/** What a client is told that it cannot have. */
export class Refusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Refusal";
    this.code = code;
  }

  get httpStatus(): number {
    return HTTP_STATUS[this.code];
  }
}

/** @returns the error as a client may see it; what is no refusal goes to the log with what was being done. */
export function asRefusal(error: unknown, doing: string): Refusal {
  if (error instanceof Refusal) return error;
  console.error(`${doing}:`, error);
  return new Refusal("internal", "Something went wrong on the server. Its log says what.", { cause: error });
}
