import { parseArgs } from "node:util";

export const HELP = `Kills a real server again and again under a mixed load, and proves that nothing is lost.

  npm run chaos -- [--minutes N] [--seed S] [--actors N]
  npm run chaos -- --variants | --variant NAME
  npm run chaos -- --power-loss [--copies N] [--no-strace]

  --minutes N     how long there is load and killing (default 1)
  --seed S        draws the same plans and moments again (default: another one each time, printed)
  --actors N      instance ids that are busy at a time (default 150)
  --variants      breaks the engine in every known way, one after the other; each must be caught
  --variant NAME  breaks it in this way only
  --power-loss    starts servers from copies of the data directory taken under load, and from disks that have kept
                  what they were told to keep and no more (this needs strace)
  --copies N      how many of each (default 6)
  --no-strace     copies only
  --json FILE     writes the figures there
  --keep          keeps the folder with record, log and data when all is well; it is always kept when not
  --help

Ctrl-C ends the load: what is under way is seen to its end and checked. Exit code 1 means a violation, 2 a wrong call.`;

export interface ChaosArgs {
  readonly minutes: number;
  readonly seed: number;
  readonly actors: number;
  /** A variant's name, or "all". */
  readonly variants: string | undefined;
  /** How many copies, and whether with strace. */
  readonly powerLoss: { readonly copies: number; readonly strace: boolean } | undefined;
  readonly json: string | undefined;
  readonly keep: boolean;
  readonly help: boolean;
}

/** @throws with what is wrong */
export function readArgs(argv: readonly string[]): ChaosArgs {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string" },
      actors: { type: "string", default: "150" },
      variants: { type: "boolean", default: false },
      variant: { type: "string" },
      "power-loss": { type: "boolean", default: false },
      copies: { type: "string", default: "6" },
      "no-strace": { type: "boolean", default: false },
      json: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    minutes: numberOf("--minutes", values.minutes, 0.05, 24 * 60),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e9) : wholeOf("--seed", values.seed, 0, 2 ** 31),
    actors: wholeOf("--actors", values.actors, 1, 5000),
    variants: values.variants ? "all" : values.variant,
    powerLoss: values["power-loss"]
      ? { copies: wholeOf("--copies", values.copies, 1, 1000), strace: !values["no-strace"] }
      : undefined,
    json: values.json,
    keep: values.keep,
    help: values.help,
  };
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max) return value;
  throw new RangeError(`${name} takes a number from ${min} to ${max}, not "${text}".`);
}

function wholeOf(name: string, text: string, min: number, max: number): number {
  const value = numberOf(name, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new RangeError(`${name} takes a whole number, not "${text}".`);
}
