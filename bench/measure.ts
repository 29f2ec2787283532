import { closeConnections } from "./driver/call.ts";
import { Witness } from "./driver/witness.ts";
import { limits, startBare } from "./limits/index.ts";
import { disk, machine } from "./machine.ts";
import type { BenchRecord, Facts, Missing, Result, SubjectFacts } from "./record.ts";
import { resultsOf } from "./results.ts";
import { type Subject, Unavailable } from "./subjects/index.ts";
import type { Context, Work } from "./works/index.ts";

export interface Plan {
  readonly works: readonly Work[];
  readonly subjects: readonly Subject[];
  readonly repetitions: number;
  readonly quick: boolean;
  /** Told what begins. */
  readonly progress: (text: string) => void;
}

const BARE: SubjectFacts = {
  name: "bare",
  title: "Raw limits",
  version: "the same workerd, with no engine",
  durability: "SQLite of Durable Objects, every commit synced",
};

/** A subject, or the bare Worker that stands for the limits. */
type Measurable = Pick<Subject, "operations" | "slow" | "start" | "mostLive" | "mostRuns"> & { readonly name: string };

const bare: Measurable = { name: "bare", operations: [], slow: false, start: startBare };

/** Measures every work on every subject that can do it, one subject at a time, each time on new data. */
export async function measure(plan: Plan): Promise<BenchRecord> {
  const missing: Missing[] = [];
  const { subjects, facts } = await present(plan.subjects, missing);
  const results: Result[] = [];
  const witness = await Witness.open();
  try {
    for (const work of limitsOf(plan.works)) {
      plan.progress(`${work.name}: ${work.title}`);
      await attempt(work, "bare", missing, async () => {
        results.push(...(await once(plan, witness, work, bare, results)));
      });
    }
    for (const work of plan.works) {
      for (const subject of subjects) {
        if (!canDo(subject, work)) continue;
        plan.progress(`${work.name} on ${subject.name}: ${work.title}`);
        await attempt(work, subject.name, missing, async () => {
          results.push(...(await once(plan, witness, work, subject, results)));
        });
      }
    }
  } finally {
    await witness.close();
    closeConnections();
  }
  return { facts: await factsOf(plan, facts), results, missing };
}

async function once(
  { repetitions, quick }: Plan,
  witness: Witness,
  work: Work,
  {
    name,
    operations,
    slow,
    start,
    mostLive = Number.POSITIVE_INFINITY,
    mostRuns = Number.POSITIVE_INFINITY,
  }: Measurable,
  soFar: readonly Result[],
): Promise<Result[]> {
  const running = await start();
  try {
    let prefixes = 0;
    const context: Context = {
      running,
      witness,
      repetitions,
      quick,
      slow,
      mostLive,
      mostRuns,
      operations,
      prefix: () => `p${prefixes++}`,
    };
    // Shares say nothing where limit and work were made small in different ways.
    return resultsOf(work, name, await work.measure(context), quick ? [] : soFar);
  } finally {
    await running.stop();
  }
}

/** One work that fails on one subject is told of, and keeps none of the others from being measured. */
async function attempt(work: Work, subject: string, missing: Missing[], measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    missing.push({ work: work.name, subject, why: error instanceof Error ? error.message : String(error) });
  }
}

async function present(
  subjects: readonly Subject[],
  missing: Missing[],
): Promise<{ subjects: Subject[]; facts: SubjectFacts[] }> {
  const found: Subject[] = [];
  const facts: SubjectFacts[] = [];
  for (const subject of subjects) {
    try {
      facts.push(await subject.facts());
      found.push(subject);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      missing.push({ work: "all", subject: subject.name, why: error.message });
    }
  }
  return { subjects: found, facts };
}

function canDo(subject: Subject, work: Work): boolean {
  if (work.ownOnly === true && subject.name !== "pawl") return false;
  return work.needs.every((operation) => subject.operations.includes(operation));
}

/** The limits that these works are given as a share of, and those that bind everything. */
function limitsOf(works: readonly Work[]): Work[] {
  const names = new Set([...ALWAYS, ...works.flatMap(({ metrics }) => metrics.map(({ limit }) => limit?.work))]);
  return limits.filter(({ name }) => names.has(name));
}

const ALWAYS = ["limit-fdatasync", "limit-rpc"];

async function factsOf({ repetitions, quick }: Plan, subjects: readonly SubjectFacts[]): Promise<Facts> {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    disk: await disk(),
    node: process.versions.node,
    repetitions,
    quick,
    subjects: [BARE, ...subjects],
  };
}
