import type { Sockets } from "./sockets.ts";

/** What clients have heard. */
export interface HeardAll {
  /** Milliseconds from asking until the last client has heard the last update. */
  readonly ms: number;
  /** Milliseconds from each update until each client has heard it. */
  readonly lateness: readonly number[];
}

const WITHIN_MS = 600_000;

/** Asks for updates and waits until so many of the named run, or runs, have been heard. @throws after ten minutes */
export async function hearAll(
  sockets: Sockets,
  messages: number,
  run: string,
  ask: () => Promise<unknown>,
): Promise<HeardAll> {
  const lateness: number[] = [];
  let done = (): void => {};
  const all = new Promise<number>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${lateness.length} of ${messages} messages were heard.`)),
      WITHIN_MS,
    );
    done = () => {
      clearTimeout(late);
      resolve(performance.now());
    };
  });
  sockets.listen((heard) => {
    if (heard.run !== run && !heard.run.startsWith(`${run}-`)) return;
    lateness.push(performance.timeOrigin + performance.now() - heard.at);
    if (lateness.length === messages) done();
  });
  const started = performance.now();
  const [last] = await Promise.all([all, ask()]);
  return { ms: last - started, lateness };
}
