import type { CountingSql } from "./counting-sql.ts";
import type { JsonView } from "./json-view.ts";

/** Characters of text that are shown of a stream, as on Cloudflare. */
const MAX_CHARACTERS = 1024;
/** A character takes up to four bytes. */
const HEAD_BYTES = 4 * MAX_CHARACTERS;
const HEAD_PIECES = 64;
/** A stream can lie in a great many pieces; its length is then that of the first so many, and more. */
const MAX_COUNTED = 1000;

/** A result that is a stream: the beginning of its text, or how many bytes there are of what is no text. */
export function streamView(sql: CountingSql, step: number, pieces: number): JsonView {
  const bytes =
    sql.first<{ bytes: number }>(
      `SELECT COALESCE(sum(size), 0) AS bytes FROM (SELECT length(bytes) AS size FROM chunks WHERE step = ? ORDER BY piece LIMIT ?)`,
      step,
      MAX_COUNTED,
    )?.bytes ?? 0;
  const more = pieces > MAX_COUNTED ? "more than " : "";
  const text = textOf(headOf(sql, step));
  if (text === undefined) return { value: `[ReadableStream (binary): ${more}${bytes} bytes]`, isCut: false };
  const missing = bytes - new TextEncoder().encode(text).byteLength;
  if (missing === 0 && more === "") return { value: text, isCut: false };
  return { value: `${text}…[+${more}${missing} bytes]`, isCut: true };
}

function headOf(sql: CountingSql, step: number): Uint8Array {
  const pieces = sql.rows<{ bytes: ArrayBuffer }>(
    `SELECT substr(bytes, 1, ${HEAD_BYTES}) AS bytes FROM chunks WHERE step = ? ORDER BY piece LIMIT ${HEAD_PIECES}`,
    step,
  );
  const head = new Uint8Array(HEAD_BYTES);
  let length = 0;
  for (const { bytes } of pieces) {
    const part = new Uint8Array(bytes).subarray(0, HEAD_BYTES - length);
    head.set(part, length);
    length += part.byteLength;
  }
  return head.subarray(0, length);
}

/** Without what may be half a character at its end; `undefined` when it is no text. */
function textOf(head: Uint8Array): string | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) return undefined;
  const cut = text.slice(0, MAX_CHARACTERS);
  const last = cut.charCodeAt(cut.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut;
}
