import { isInfrastructureError } from "./errors.ts";
import { isStorageFailure, storageRefusal } from "./storage-failure.ts";

/** Longer than a fail-over in a cluster takes (E8). */
const PATIENCE_MS = 45_000;

/**
 * Calls until the way to the other object works. Only for calls that can be repeated without a second effect.
 * `connect` makes a fresh stub each time: one that has seen its connection break stays broken.
 * @param effect a "write" that the disk refuses is the caller's to repeat; a "read" meets that only by coming together
 * with somebody's write
 */
export async function repeat<Stub, T>(
  connect: () => Stub,
  call: (stub: Stub, repeated: boolean) => Promise<T>,
  effect: "read" | "write" = "write",
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let tries = 0; ; tries++) {
    try {
      return await call(connect(), tries > 0);
    } catch (error) {
      if (effect === "write" && error instanceof Error && isStorageFailure(error.message)) {
        throw storageRefusal(error.message);
      }
      if (!isInfrastructureError(error) || Date.now() >= until) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, Math.min(50 * 2 ** tries, 2000) * (0.5 + Math.random() / 2));
      });
    }
  }
}
