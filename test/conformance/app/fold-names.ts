/**
 * Errors that cross between objects keep their name, or have it folded into the message (`Error: MyError: boom`), as
 * the compatibility dates of both ends decide (`enhanced_error_serialization`, 2026-04-21). Programs of their own
 * compare that; in all others `Error: MyError: boom` and `MyError: boom` count as the same.
 */
export function foldNames(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/\bError: (?=[A-Z][A-Za-z]*Error\b)/g, "");
  if (Array.isArray(value)) return value.map(foldNames);
  if (typeof value !== "object" || value === null) return value;
  const folded = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, foldNames(item)]));
  const { name, message } = folded;
  const match = name === "Error" && typeof message === "string" ? FOLDED.exec(message) : null;
  return match === null ? folded : { ...folded, name: match[1], message: match[2] };
}

const FOLDED = /^([A-Z][A-Za-z]*Error): (.*)$/s;
