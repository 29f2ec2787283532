import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { ConfigError } from "./errors.ts";

/** Larger than any configuration, and small enough to be read at once whatever is in it. */
const MAX_BYTES = 1024 * 1024;

/**
 * The text of a configuration file, without a byte order mark.
 *
 * @throws ConfigError at the first byte that is not UTF-8: replaced in silence, it would come to light somewhere else.
 */
export async function readConfigText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) {
    const text = `The file has ${size} bytes; ${MAX_BYTES} are the most that a configuration may have.`;
    throw new ConfigError([{ file, line: 1, column: 1, key: "", text }]);
  }
  const bytes = await readFile(file);
  if (isUtf8(bytes)) return bytes.toString("utf8").replace(/^\uFEFF/, "");
  let line = 1;
  let rest = bytes;
  for (let end = rest.indexOf("\n"); end !== -1 && isUtf8(rest.subarray(0, end)); end = rest.indexOf("\n")) {
    rest = rest.subarray(end + 1);
    line++;
  }
  const column = rest.toString("utf8").indexOf("\uFFFD") + 1;
  throw new ConfigError([
    { file, line, column, key: "", text: "The file is not UTF-8 from here on. Save it as UTF-8." },
  ]);
}
