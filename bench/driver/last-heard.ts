import type { Heard, Sockets } from "./sockets.ts";

const WITHIN_MS = 60_000;

/** Milliseconds from asking for an update until the last of the clients has heard it. @throws after a minute */
export async function lastHeard(
  sockets: Sockets,
  clients: number,
  isIt: (heard: Heard) => boolean,
  ask: () => Promise<unknown>,
): Promise<number> {
  let left = clients;
  let done = (): void => {};
  const all = new Promise<number>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${left} of ${clients} clients did not hear of an update.`)),
      WITHIN_MS,
    );
    done = () => {
      clearTimeout(late);
      resolve(performance.now());
    };
  });
  sockets.listen((heard) => {
    if (isIt(heard) && --left === 0) done();
  });
  const started = performance.now();
  const [last] = await Promise.all([all, ask()]);
  return last - started;
}
