import { faithful } from "./faithful.ts";
import { foldNames } from "./fold-names.ts";
import { historyOf } from "./history.ts";
import { open, sleep, traceOf, until } from "./outside.ts";
import { type Binding, described, type Instance, type Program, type Status, tried, type World } from "./program.ts";

/** What one run of a program came to; compared between engines. JSON. */
export interface Outcome {
  /** What `drive` returned. */
  readonly result: unknown;
  /** What callbacks noted, in order. */
  readonly trace: readonly string[];
  /** Events of the first instance; `null` where the engine has no `subscribe` or the instance has not ended. */
  readonly history: readonly string[] | null;
}

const TIME_MS = 15_000;
const ENDS = ["complete", "errored", "terminated"];

/** Runs a program under an id of its own and says what came of it. */
export async function observe(program: Program, id: string, binding: Binding): Promise<Outcome> {
  const work = async (): Promise<unknown> => {
    const world = worldOf(id, binding);
    return program.drive === undefined ? world.result() : program.drive(world);
  };
  const late = sleep(TIME_MS).then(() => `took longer than ${TIME_MS} ms`);
  const result = await Promise.race([work().catch((error: unknown) => `drive threw ${described(error)}`), late]);
  const history = program.noHistory === undefined ? await historyOf(binding, id) : null;
  const outcome = { result: faithful(result), trace: traceOf(id), history };
  const comparable = program.rawNames === true ? outcome : foldNames(outcome);
  return JSON.parse(anonymous(JSON.stringify(comparable), id)) as Outcome;
}

function anonymous(json: string, id: string): string {
  return json
    .replaceAll(id, "<id>")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>");
}

function worldOf(id: string, binding: Binding): World {
  const until = async (instance: Instance, ...statuses: string[]): Promise<Status> => {
    for (;;) {
      const status = await instance.status();
      if (statuses.includes(status.status)) return status;
      await sleep(4);
    }
  };
  const ended = async (instance: Instance): Promise<Status> => {
    const { status, output, error } = await until(instance, ...ENDS);
    return { status, output, ...(error !== undefined && { error }) };
  };
  const create = ({ params, suffix = "" }: { params?: unknown; suffix?: string } = {}): Promise<Instance> =>
    binding.create({ id: `${id}${suffix}`, params });
  return {
    id,
    binding,
    create,
    until,
    ended,
    tried,
    sleep,
    open: (gate) => open(id, gate),
    traced: (text, times = 1) => traced(id, text, times),
    result: async (params) => ended(await create({ params })),
  };
}

function traced(id: string, text: string, times: number): Promise<void> {
  return until(() => traceOf(id).filter((line) => line === text).length >= times);
}
