import type { ChaosRecord } from "../record/record.ts";
import { outputLedger, placesOf, resultsOf } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** Agents keep every report that a finished step has made, once, and no client ever sees their state go back. */
export function checkAgents({ hubs, lives }: ChaosRecord): Violation[] {
  const found: Violation[] = [];
  const complain = (what: string, at?: number): void => {
    found.push({ invariant: "agents", what, ...(at !== undefined && { at }) });
  };
  for (const { name, clients, final } of hubs) {
    for (const states of clients) {
      const back = states.find(({ count }, index) => count < (states[index - 1]?.count ?? 0));
      if (back !== undefined) complain(`a client of ${name} saw its count go back to ${back.count}`, back.at);
    }
    if (final === undefined) continue;
    const reported = new Set(final.reported);
    if (reported.size !== final.reported.length) complain(`${name} has kept a report twice`);
    for (const states of clients) {
      const last = states.at(-1)?.count ?? 0;
      if (last !== reported.size)
        complain(`a client of ${name} was last told of ${last} reports, and there are ${reported.size}`);
    }
    const completed = new Set(final.completed);
    for (const life of lives) {
      const ledger = outputLedger(life);
      if (life.binding === "POSTER" || life.plan.hub !== name || ledger === undefined) continue;
      for (const [at, result] of resultsOf(ledger)) {
        const act = placesOf(life).get(at)?.act;
        if (act?.act !== "agent" || reported.has(result)) continue;
        found.push({
          invariant: "agents",
          life,
          what: `${name} knows nothing of report ${result} of ${act.name}-${act.count}`,
        });
      }
      if (life.binding === "REPORTER" && !completed.has(life.run)) {
        found.push({ invariant: "agents", life, what: `${name} was not told that the run is complete` });
      }
    }
  }
  return found;
}
