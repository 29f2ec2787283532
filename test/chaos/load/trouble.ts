import type { Random } from "../plan/random.ts";
import type { Chronicle } from "../record/chronicle.ts";
import type { Method } from "../record/record.ts";
import type { ChaosServer } from "../server/chaos-server.ts";
import type { Ambush } from "../server/witness.ts";

/** What is done to the server while it is under load. */
export interface Trouble {
  /** For the witness: what to do about an effect. */
  readonly ambush?: Ambush;
  /** For the client: an operation has just been answered. */
  readonly answered?: (method: Method) => void;
  /** Until it is over; the server is up and open then. */
  run(isOver: () => boolean): Promise<void>;
}

/** What trouble is made of. */
export interface Surroundings {
  readonly server: ChaosServer;
  readonly chronicle: Chronicle;
  readonly random: Random;
}
