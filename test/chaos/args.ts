import { parseArgs } from "node:util";
import { variantNamed } from "./variants/variants.ts";

export const HELP = `Kills a real server again and again under a mixed load, and proves that nothing is lost.

  npm run chaos -- [--minutes N] [--seed S] [--actors N]
  npm run chaos -- --variants | --variant NAME
  npm run chaos -- --power-loss [--copies N] [--no-strace]
  npm run chaos -- --recovery [--unfinished N] [--sleepers N]

  --minutes N     how long there is load and killing (default 1); longer when there were fewer than ten kills a minute
  --seed S        draws the same plans and moments again (default: another one each time, printed)
  --actors N      instance ids that are busy at a time (default 150)
  --variants      breaks the engine in every known way, one after the other; each must be caught
  --variant NAME  breaks it in this way only
  --power-loss    starts servers from copies of the data directory taken under load, and from disks that have kept
                  what they were told to keep and no more (this needs strace)
  --copies N      how many of each (default 6)
  --no-strace     copies only
  --recovery      measures how unfinished runs go on after a kill, and how a start with sleeping ones goes
  --unfinished N  how many of them (default 10000)
  --sleepers N    how many of them (default 200000)
  --json FILE     writes the figures there
  --keep          keeps the folder with record, log and data when all is well; it is always kept when not
  --help

Ctrl-C ends the load: what is under way is seen to its end and checked. Exit code 1 means a violation, 2 a wrong call.`;

export type Command = "campaign" | "variants" | "power-loss" | "recovery" | "help";

export interface ChaosArgs {
  readonly command: Command;
  readonly seed: number;
  readonly minutes: number;
  readonly actors: number;
  /** Of the one that is wanted; undefined for all. */
  readonly variant: string | undefined;
  readonly copies: number;
  readonly strace: boolean;
  readonly unfinished: number;
  readonly sleepers: number;
  readonly json: string | undefined;
  readonly keep: boolean;
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
      recovery: { type: "boolean", default: false },
      unfinished: { type: "string", default: "10000" },
      sleepers: { type: "string", default: "200000" },
      json: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const asked: Command[] = [];
  if (values.help) asked.push("help");
  if (values.variants || values.variant !== undefined) asked.push("variants");
  if (values["power-loss"]) asked.push("power-loss");
  if (values.recovery) asked.push("recovery");
  if (asked.length > 1) throw new RangeError(`${asked.join(" and ")} are different commands: one at a time.`);
  return {
    command: asked[0] ?? "campaign",
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e9) : wholeOf("--seed", values.seed, 0, 2 ** 31),
    minutes: numberOf("--minutes", values.minutes, 0.05, 24 * 60),
    actors: wholeOf("--actors", values.actors, 1, 5000),
    variant: values.variant === undefined ? undefined : variantNamed(values.variant).name,
    copies: wholeOf("--copies", values.copies, 1, 1000),
    strace: !values["no-strace"],
    unfinished: wholeOf("--unfinished", values.unfinished, 1, 1_000_000),
    sleepers: wholeOf("--sleepers", values.sleepers, 1, 10_000_000),
    json: values.json,
    keep: values.keep,
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
