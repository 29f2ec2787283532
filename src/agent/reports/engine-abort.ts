const ABORTS = [
  // The engine of wrangler dev, when it pauses or ends a run.
  "Aborting engine",
  // The engine of workerd, when it puts a run to sleep.
  "This run of the instance has ended",
];

/**
 * Whether an error is an engine's way to stop an execution, and not a failure of the run: the engines that Cloudflare has
 * for local work throw into a run that they pause, end or put to sleep, and the run goes on when they execute it again.
 */
export function isEngineAbort(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  return ABORTS.some((abort) => message.includes(abort));
}
