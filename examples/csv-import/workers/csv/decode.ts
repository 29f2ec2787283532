import type { Encoding } from "./sniff.ts";

/** What a decoder must remember between two pieces of a file. */
export interface DecoderState {
  encoding: Encoding;
  /** Bytes of a character whose rest is in the next piece: at most three. */
  carry: Uint8Array;
  /** No byte above 127 so far: a UTF-8 guess may still be taken back. */
  ascii: boolean;
}

const nothing = new Uint8Array(0);

export function startDecoder(encoding: Encoding): DecoderState {
  return { encoding, carry: nothing, ascii: true };
}

/**
 * Decodes one piece of a file that may be cut anywhere, inside a character too.
 *
 * A file without a byte order mark counts as UTF-8 until its first byte above 127 proves otherwise; then it is
 * Windows-1252, which is what spreadsheet programs write when they do not write UTF-8. Bytes that fit nowhere
 * become U+FFFD, and the row they stand in is reported later.
 */
export function decodePiece(
  state: DecoderState,
  piece: Uint8Array,
  isLast: boolean,
): { text: string; state: DecoderState } {
  const bytes = state.carry.length === 0 ? piece : concat(state.carry, piece);
  const keep = isLast ? 0 : unfinishedBytes(bytes, state.encoding);
  const whole = bytes.subarray(0, bytes.length - keep);
  const carry = bytes.slice(bytes.length - keep);

  if (state.encoding === "utf-8" && state.ascii) {
    if (whole.every((byte) => byte < 0x80)) {
      return { text: decode(whole, "utf-8"), state: { encoding: "utf-8", carry, ascii: true } };
    }
    const text = decode(whole, "utf-8");
    if (looksRight(text)) return { text, state: { encoding: "utf-8", carry, ascii: false } };
    return { text: decode(bytes, "windows-1252"), state: { encoding: "windows-1252", carry: nothing, ascii: false } };
  }
  return { text: decode(whole, state.encoding), state: { encoding: state.encoding, carry, ascii: false } };
}

/** How many bytes at the end begin a character that is not complete. */
export function unfinishedBytes(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === "windows-1252") return 0;
  return encoding === "utf-8" ? unfinishedUtf8(bytes) : unfinishedUtf16(bytes, encoding === "utf-16le");
}

function unfinishedUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

function unfinishedUtf16(bytes: Uint8Array, littleEndian: boolean): number {
  const odd = bytes.length % 2;
  const high = bytes[bytes.length - odd - (littleEndian ? 1 : 2)];
  // A high surrogate waits for its other half.
  return high !== undefined && high >= 0xd8 && high <= 0xdb ? odd + 2 : odd;
}

function decode(bytes: Uint8Array, encoding: Encoding): string {
  // The byte order mark is cut off by the caller at the start of the file; anywhere else it is a character.
  return new TextDecoder(encoding, { fatal: false, ignoreBOM: true }).decode(bytes);
}

/** Wrongly taken for UTF-8, nearly every character above 127 is unreadable; a damaged file has a few such. */
function looksRight(text: string): boolean {
  let unreadable = 0;
  let foreign = 0;
  for (const char of text) {
    if (char === "\uFFFD") unreadable++;
    else if (char > "\u007F") foreign++;
  }
  return unreadable <= foreign;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
