const UNITS_MS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
  year: 31_536_000_000,
};

/** Milliseconds of a duration as workflows have them (`1500`, `"2 days"`); undefined when it is none of the usual ones. */
export function durationMs(duration: unknown): number | undefined {
  if (typeof duration === "number") return duration;
  const found = /^(\d+(?:\.\d+)?) ?([a-z]+?)s?$/.exec(String(duration))?.slice(1);
  const unit = UNITS_MS[found?.[1] ?? ""];
  return unit === undefined ? undefined : Number(found?.[0]) * unit;
}
