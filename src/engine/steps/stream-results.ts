import type { ChunksTable } from "../journal/chunks-table.ts";
import { recordOf } from "../base/errors.ts";
import { INSTANCE_FULL, UnserialisableResult } from "../base/values.ts";
import type { Execution } from "../runs/execution.ts";
import { journaled } from "./journaled.ts";
import { never } from "../base/never.ts";

/** Cloudflare's limit for one incoming chunk (spec §6.11). */
const MAX_CHUNK_BYTES = 16 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/** A stream that is on disk already. */
export class KeptStream {
  readonly pieces: number;
  readonly bytes: number;

  constructor(pieces: number, bytes: number) {
    this.pieces = pieces;
    this.bytes = bytes;
  }
}

/**
 * Keeps a stream that a step has returned, whole, before the step resolves. What an earlier attempt left is removed.
 * @param isCurrent false when the attempt has timed out meanwhile: the next one keeps its own stream under the same step
 * @returns how many pieces and bytes were kept
 * @throws UnserialisableResult for a stream that cannot be kept, which ends the run
 */
export async function keepStream(
  execution: Execution,
  step: number,
  name: string,
  stream: ReadableStream,
  isCurrent: () => boolean,
): Promise<KeptStream> {
  const { chunks } = execution.host;
  const reader = readerOf(stream, name);
  await journaled(execution, () => chunks.remove(step, step + 1));
  let bytes = 0;
  let pieces = 0;
  for (;;) {
    const chunk = await nextChunk(reader, name);
    if (!isCurrent()) return never();
    if (chunk === undefined) return new KeptStream(pieces, bytes);
    bytes += chunk.byteLength;
    if (!execution.hasRoomFor(bytes)) throw new UnserialisableResult(INSTANCE_FULL, true);
    for (let start = 0; start < chunk.byteLength; start += PIECE_BYTES) {
      const piece = pieces++;
      await journaled(execution, () => {
        if (!isCurrent()) return;
        chunks.add(step, piece, chunk.subarray(start, start + PIECE_BYTES));
        execution.host.commits.wrote(PIECE_BYTES);
      });
    }
  }
}

/** The stream as every execution gets it, the first one too; read from disk piece by piece. */
export function replayStream(chunks: ChunksTable, step: number, pieces: number): ReadableStream<Uint8Array> {
  let piece = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (piece >= pieces) {
        controller.close();
        return;
      }
      const bytes = chunks.read(step, piece++);
      if (bytes === undefined) controller.error(new Error("The stored stream output of this step is incomplete."));
      else controller.enqueue(bytes);
    },
  });
}

function readerOf(stream: ReadableStream, name: string): ReadableStreamDefaultReader<unknown> {
  try {
    return stream.getReader();
  } catch {
    throw invalid(
      name,
      "Step returned a ReadableStream that is already locked or otherwise unreadable. Return a fresh, unlocked ReadableStream from step.do().",
    );
  }
}

async function nextChunk(reader: ReadableStreamDefaultReader<unknown>, name: string): Promise<Uint8Array | undefined> {
  const { done, value } = await reader.read().catch((error: unknown) => {
    const reason = recordOf(error).message;
    throw invalid(name, `Failed to read from step ReadableStream output. ${reason}`);
  });
  if (done) return undefined;
  const bytes = bytesOf(value);
  if (bytes === undefined) {
    throw invalid(
      name,
      "Step returned a ReadableStream with unsupported chunk type. Only ArrayBuffer and TypedArray chunks are supported.",
    );
  }
  if (bytes.byteLength > MAX_CHUNK_BYTES) {
    throw invalid(
      name,
      `Step returned a ReadableStream chunk larger than the maximum allowed size of ${MAX_CHUNK_BYTES} bytes. Return smaller chunks from step.do().`,
    );
  }
  return bytes;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function invalid(name: string, detail: string): UnserialisableResult {
  return new UnserialisableResult(
    `The execution of the Workflow instance was terminated, as the step "${name}" returned an invalid ReadableStream output. ${detail}`,
    true,
  );
}
