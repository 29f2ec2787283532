import { isInfrastructureError } from "./errors.ts";
import { isStorageFailure, storageRefusal } from "./storage-failure.ts";

/** Longer than a fail-over in a cluster takes (E8). */
const PATIENCE_MS = 45_000;
/** An object whose data cannot be opened says no more than this; a bucket that is out for longer ends the process. */
const CANNOT_OPEN = /^internal error/;
const OPENING_PATIENCE_MS = 15_000;
/** After a write was refused, what cannot be opened is so for the same reason. */
const TROUBLE_MS = 60_000;

/** When a call of this isolate last met a disk that refuses writes. */
let troubleAt = Number.NEGATIVE_INFINITY;

/**
 * Calls until the way to the other object works. Only for calls that can be repeated without a second effect.
 * `connect` makes a fresh stub each time: one that has seen its connection break stays broken.
 * @param effect a "write" that the disk refuses is for the caller to repeat, when there is room; a "read" fails only by
 * coming together with somebody's write
 */
export async function repeat<Stub, T>(
  connect: () => Stub,
  call: (stub: Stub, repeated: boolean) => Promise<T>,
  effect: "read" | "write" = "write",
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const since = Date.now();
  for (let tries = 0; ; tries++) {
    try {
      return await call(connect(), tries > 0);
    } catch (error) {
      if (isRefused(error, effect, since)) throw storageRefusal(error.message, effect);
      if (!isInfrastructureError(error) || Date.now() >= since + patienceMs) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, Math.min(50 * 2 ** tries, 2000) * (0.5 + Math.random() / 2));
      });
    }
  }
}

function isRefused(error: unknown, effect: "read" | "write", since: number): error is Error {
  if (!(error instanceof Error)) return false;
  const now = Date.now();
  const cannotOpen =
    CANNOT_OPEN.test(error.message) && (now - troubleAt < TROUBLE_MS || now - since >= OPENING_PATIENCE_MS);
  const cannotWrite = isStorageFailure(error.message);
  if (cannotOpen || cannotWrite) troubleAt = now;
  return cannotOpen || (cannotWrite && effect === "write");
}
