import type { ErrorAnswer } from "../../protocol/import.ts";

/** What the server said no to, in its own words. */
export class ApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

export function agentUrl(workspace: string, path: string): string {
  return `/agents/import-agent/${workspace}${path}`;
}

/** One request. Throws `ApiError` when the server refuses and `TypeError` when it cannot be reached. */
export async function request(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) throw new ApiError(await refusalText(response), response.status);
  return response;
}

// The shape of the answer is the server's promise: both sides share its type.
export async function getJson<T>(url: string): Promise<T> {
  const response = await request(url);
  return (await response.json()) as T;
}

export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  if (error instanceof TypeError) return "The server cannot be reached at the moment.";
  return error instanceof Error ? error.message : String(error);
}

async function refusalText(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as ErrorAnswer;
    return error.message;
  } catch {
    return `The server answered with status ${response.status}.`;
  }
}
