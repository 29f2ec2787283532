import { type UploadRequest, askAboveChoices, limits, paces } from "../../protocol/import.ts";
import { Refusal } from "./refusal.ts";

/** Checks what a browser announces before it sends a file. */
export function readUploadRequest(body: unknown): UploadRequest {
  if (typeof body !== "object" || body === null) throw malformed("The request has no body.");
  const { fileName, bytes, pace, askAbovePercent } = body as Record<string, unknown>;

  if (typeof fileName !== "string" || fileName.trim() === "") throw malformed("The file has no name.");
  if (typeof bytes !== "number" || !Number.isInteger(bytes) || bytes < 0) throw malformed("The size is not a number.");
  if (!isPace(pace)) throw malformed(`The pace must be one of: ${Object.keys(paces).join(", ")}.`);
  const askAbove = askAboveChoices.find((choice) => choice === askAbovePercent);
  if (askAbove === undefined) throw malformed(`The limit must be one of: ${askAboveChoices.join(", ")}.`);

  if (bytes === 0) throw new Refusal("empty_file", "This file is empty.", 422);
  if (bytes > limits.fileBytes) {
    const megabytes = limits.fileBytes / 1024 / 1024;
    throw new Refusal(
      "too_large",
      `This file is larger than ${megabytes} MB. Split it and import the parts one by one.`,
      413,
    );
  }
  const name = fileName.trim().slice(-limits.fileNameLength);
  return { fileName: name, bytes, pace, askAbovePercent: askAbove };
}

/** How many bytes piece `n` of a file must have. */
export function pieceLength(bytes: number, n: number): number {
  return Math.max(0, Math.min(limits.pieceBytes, bytes - n * limits.pieceBytes));
}

export function pieceCount(bytes: number): number {
  return Math.ceil(bytes / limits.pieceBytes);
}

function isPace(value: unknown): value is UploadRequest["pace"] {
  return typeof value === "string" && Object.hasOwn(paces, value);
}

function malformed(message: string): Refusal {
  return new Refusal("malformed", message, 400);
}
