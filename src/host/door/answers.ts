/** What a request is answered with when it cannot be done: the text says what is wrong with it. */
export class Problem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}
