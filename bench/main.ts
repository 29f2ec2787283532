import { readFile, writeFile } from "node:fs/promises";
import { type ArgsDef, defineCommand, runMain } from "citty";
import { killServers } from "../test/support/running-server.ts";
import { measure, type Plan } from "./measure.ts";
import type { BenchRecord } from "./record.ts";
import { figuresOf } from "./report/json.ts";
import { reportOf } from "./report/table.ts";
import { writeDocs } from "./report/write-docs.ts";
import { installPeers, peerSubjects, type Subject, SUBJECTS, workerSubjects } from "./subjects/index.ts";
import { type Work, works } from "./works/index.ts";

const REPETITIONS = 3;

const ARGS = {
  only: {
    type: "string",
    valueHint: "work,…",
    description: `Measure only these: ${works.map(({ name }) => name).join(", ")}`,
  },
  peers: {
    type: "boolean",
    description: "Also measure Restate, openworkflow and DBOS, which are installed into bench/peers at the first time",
  },
  on: {
    type: "string",
    valueHint: "subject,…",
    description: `Measure only on these: ${SUBJECTS.join(", ")}`,
  },
  json: { type: "string", valueHint: "file", description: "Also write the figures as JSON" },
  docs: {
    type: "boolean",
    description: "Also write docs/explanation/performance.md, its charts and bench/published.json",
  },
  from: {
    type: "string",
    valueHint: "file",
    description: "Measure nothing: take what an earlier run has written to bench/published.json",
  },
  repeat: {
    type: "string",
    valueHint: "number",
    default: String(REPETITIONS),
    description: "Repetitions after the warm-up, 3 or more for figures to be published",
  },
  quick: { type: "boolean", description: "Small sizes, one repetition: only to see that everything works" },
} satisfies ArgsDef;

const bench = defineCommand({
  meta: {
    name: "npm run bench --",
    description: "Measures Pawl beside Cloudflare's own engines and the raw limits of this machine, in one run",
  },
  args: ARGS,
  async run({ args, rawArgs }) {
    const { quick = false, peers = false } = args;
    refuseUnknown(rawArgs, Object.keys(ARGS));
    if (args.docs === true && (quick || args.only !== undefined || args.on !== undefined)) {
      throw new Error("--docs publishes a whole run: leave out --quick, --only and --on.");
    }
    const record =
      args.from === undefined
        ? await measured({
            works: chosen(args.only),
            subjects: subjectsOf(args.on, peers),
            repetitions: quick ? 1 : wholeNumber("--repeat", args.repeat),
            quick,
            progress,
          })
        : (JSON.parse(await readFile(args.from, "utf8")) as BenchRecord);
    process.stdout.write(`\n${reportOf(record)}`);
    if (args.json !== undefined) await writeFile(args.json, `${JSON.stringify(figuresOf(record), null, 2)}\n`);
    if (args.docs === true) await writeDocs(record);
    // Something that was to be measured was not.
    if (record.missing.some(({ work }) => work !== "all")) process.exitCode = 1;
  },
});

/** A flag that is misspelt would change what is measured without a word. */
function refuseUnknown(rawArgs: readonly string[], known: readonly string[]): void {
  for (const argument of rawArgs) {
    if (!argument.startsWith("-")) continue;
    const name = argument.replace(/^--?/, "").replace(/=.*$/, "");
    if (!known.includes(name)) throw new Error(`There is no flag ${argument}. See npm run bench -- --help.`);
  }
}

async function measured(plan: Plan): Promise<BenchRecord> {
  if (plan.subjects.some((subject) => peerSubjects.includes(subject))) {
    progress("installing what bench/peers/package.json names");
    await installPeers();
  }
  return measure(plan);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function subjectsOf(on: string | undefined, withPeers: boolean): readonly Subject[] {
  if (on === undefined) return withPeers ? [...workerSubjects, ...peerSubjects] : workerSubjects;
  const all = [...workerSubjects, ...peerSubjects];
  return on.split(",").map((name) => {
    const subject = all.find((candidate) => candidate.name === name);
    if (subject === undefined) throw new Error(`There is no subject "${name}". There are: ${SUBJECTS.join(", ")}.`);
    return subject;
  });
}

function chosen(only: string | undefined): readonly Work[] {
  if (only === undefined) return works;
  return only.split(",").map((name) => {
    const work = works.find((candidate) => candidate.name === name);
    if (work === undefined) {
      throw new Error(`There is no work "${name}". There are: ${works.map((candidate) => candidate.name).join(", ")}.`);
    }
    return work;
  });
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${flag} takes a whole number, 1 or more, and not "${text}".`);
  return value;
}

// Servers are in process groups of their own and hear nothing of it otherwise; the rest ends with this process.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => {
    void killServers().finally(() => process.exit(code));
  });
}
await runMain(bench);
