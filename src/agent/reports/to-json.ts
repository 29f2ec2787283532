/** No result is larger than this many characters of JSON: it is data, and belongs elsewhere. */
const MAX_RESULT_LENGTH = 1_000_000;

/** @throws TypeError when it cannot be kept: the clients could not be sent it either */
export function resultToJson(value: unknown): string {
  let json: string;
  try {
    // As in an array of JSON, nothing is null.
    json = JSON.stringify(value) ?? "null";
  } catch (error) {
    throw new TypeError("A result must be what JSON can carry, so that clients can be sent it.", { cause: error });
  }
  if (json.length <= MAX_RESULT_LENGTH) return json;
  throw new TypeError(
    `A result has at most ${MAX_RESULT_LENGTH} characters of JSON, and this one has ${json.length}. Store it elsewhere and add where it is.`,
  );
}
