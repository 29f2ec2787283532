import { Unreachable } from "./forward.ts";

type State = { port: number } | { problem: string } | { waiting: true };

/** Where the Worker listens, or why it does not; those who ask before either is known wait. */
export class WorkerAddress {
  #state: State = { waiting: true };
  #waiting: (() => void)[] = [];

  is(state: State): void {
    this.#state = state;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** @throws Unreachable with the problem */
  async port(): Promise<number> {
    for (;;) {
      const state = this.#state;
      if ("port" in state) return state.port;
      if ("problem" in state) throw new Unreachable(state.problem);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}
