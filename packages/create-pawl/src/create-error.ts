/** What keeps a project from being made, in words for whoever wanted it. */
export class CreateError extends Error {
  /** `usage`: the command line cannot be understood. */
  readonly code: "usage" | "not_empty" | "unusable" | "install_failed";

  constructor(code: CreateError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CreateError";
    this.code = code;
  }
}
