import type { Host, Profile } from "./host.ts";

/** A program as the application lists it. */
export interface Listed {
  readonly name: string;
  readonly section: string;
  readonly title: string;
  readonly date?: Profile;
  /** Why its history is not compared. */
  readonly noHistory?: string;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What one run of a program came to. */
export interface Outcome {
  readonly result: Json;
  readonly trace: readonly string[];
  readonly history: readonly string[] | null;
}

export async function listPrograms({ urls }: Host): Promise<Listed[]> {
  const response = await fetch(`${urls.now}/programs`);
  return (await response.json()) as Listed[];
}

/** Runs every program once under ids of their own; `variant` is part of the ids. `atOnce` of them run at a time. */
export async function runPrograms(
  host: Host,
  programs: readonly Listed[],
  variant: string,
  atOnce: number,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const left = [...programs];
  const work = async (): Promise<void> => {
    for (let program = left.shift(); program !== undefined; program = left.shift()) {
      outcomes.set(program.name, await runOne(host, program, variant));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

async function runOne({ name: host, urls }: Host, { name, date = "now" }: Listed, variant: string): Promise<Outcome> {
  const url = `${urls[date]}/run/${name}/${variant}`;
  // A server closes connections that rest; one that is used again at that moment breaks.
  const response = await fetch(url, { method: "POST", headers: { connection: "close" } });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as Outcome;
  return { result: `${host} answered ${response.status}: ${text.slice(0, 500)}`, trace: [], history: null };
}

/** Whether every step outcome is followed by a replay, from now on. @throws when the engine cannot be told so */
export async function forceReplay({ name, urls }: Host, on: boolean): Promise<void> {
  for (const url of Object.values(urls)) {
    const response = await fetch(`${url}/replay/${on ? "on" : "off"}`, { method: "POST" });
    const { shards } = (await response.json()) as { shards: number };
    if (shards === 0) throw new Error(`${name} has no engine of ours to force replays on`);
  }
}
