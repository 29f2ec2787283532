import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Something a person asked for and cannot have, in words for that person. Everything else that is thrown is a bug. */
export class Refusal extends Error {
  readonly code: string;
  readonly httpStatus: ContentfulStatusCode;

  constructor(code: string, message: string, httpStatus: ContentfulStatusCode = 409) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.httpStatus = httpStatus;
  }
}
