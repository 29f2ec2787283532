import { miniflare, workerd } from "./cloudflare.ts";
import { pawl } from "./pawl.ts";
import type { Subject } from "./subject.ts";

export { type Running, type Subject, SUBJECTS, Unavailable } from "./subject.ts";

/** Those that run Workers; nothing has to be installed for them. */
export const workerSubjects: readonly Subject[] = [pawl, workerd, miniflare];
