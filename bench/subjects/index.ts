import { miniflare, workerd } from "./cloudflare.ts";
import { pawl } from "./pawl.ts";
import { dbos, openworkflow, restate } from "./peers.ts";
import type { Subject } from "./subject.ts";

export { installPeers } from "./peer-install.ts";
export { type Running, type Subject, SUBJECTS, Unavailable } from "./subject.ts";

/** Those that run Workers; nothing has to be installed for them. */
export const workerSubjects: readonly Subject[] = [pawl, workerd, miniflare];

/** Those that must be installed first; see `installPeers`. */
export const peerSubjects: readonly Subject[] = [restate, openworkflow, dbos];
