/**
 * Cron expressions as Cloudflare reads them, in UTC: five fields; weekdays 1 to 7 from Sunday, so that `1-5` is Sunday to
 * Thursday; names of months and weekdays; `L`, `W` and `#` in the day fields. When both day fields are restricted, a
 * day counts when either says so. Pure: the configuration is checked with it as well.
 */
export interface Cron {
  readonly text: string;
  /** In ascending order, as the hours. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  /** Whether a day counts; the month has been looked at. */
  readonly matchesDay: (day: Day) => boolean;
}

/** A day as the day fields look at it. */
interface Day {
  /** From 1. */
  readonly day: number;
  readonly lastDay: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

type DayRule = (day: Day) => boolean;

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

export const MAX_CRON_LENGTH = 256;

const MINUTE: Field = { name: "minute", min: 0, max: 59 };
const HOUR: Field = { name: "hour", min: 0, max: 23 };
const DAY_OF_MONTH: Field = { name: "day of the month", min: 1, max: 31 };
const MONTH: Field = {
  name: "month",
  min: 1,
  max: 12,
  names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const DAY_OF_WEEK: Field = {
  name: "day of the week",
  min: 1,
  max: 7,
  names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

const SUNDAY = 0;
const SATURDAY = 6;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** After so many days the calendar repeats itself, weekdays included. */
const CALENDAR_CYCLE_DAYS = 146_097;

/** @throws Error that says which field is wrong and why */
export function parseCron(text: string): Cron {
  if (text.length > MAX_CRON_LENGTH) throw new Error(`it is longer than ${MAX_CRON_LENGTH} characters`);
  const [minute, hour, dayOfMonth, month, dayOfWeek, ...more] = text.trim().split(/ +/);
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek || more.length > 0) {
    throw new Error("it needs five fields: minute, hour, day of the month, month and day of the week");
  }
  const cron: Cron = {
    text,
    minutes: values(minute, MINUTE),
    hours: values(hour, HOUR),
    months: new Set(values(month, MONTH)),
    matchesDay: either(readDayOfMonth(dayOfMonth), readDayOfWeek(dayOfWeek)),
  };
  if (nextAfter(cron, 0) === null) throw new Error("no day of any year fits it");
  return cron;
}

/** The first time after a moment that fits, in ms; `null` when there is none. */
export function nextAfter(cron: Cron, after: number): number | null {
  const first = (Math.floor(after / MINUTE_MS) + 1) * MINUTE_MS;
  const firstDay = Math.floor(first / DAY_MS);
  for (let day = firstDay; day <= firstDay + CALENDAR_CYCLE_DAYS; day++) {
    if (!fitsDay(cron, day)) continue;
    for (const time of timesOf(cron, day)) if (time >= first) return time;
  }
  return null;
}

/** The last time up to a moment that fits, not before `from`; `null` when there is none. */
export function lastUpTo(cron: Cron, until: number, from: number): number | null {
  for (let day = Math.floor(until / DAY_MS); day >= Math.floor(from / DAY_MS); day--) {
    if (!fitsDay(cron, day)) continue;
    const time = [...timesOf(cron, day)].findLast((at) => at <= until);
    if (time !== undefined) return time >= from ? time : null;
  }
  return null;
}

function* timesOf({ hours, minutes }: Cron, day: number): Generator<number> {
  for (const hour of hours) for (const minute of minutes) yield day * DAY_MS + (hour * 60 + minute) * MINUTE_MS;
}

function fitsDay({ months, matchesDay }: Cron, dayNumber: number): boolean {
  const date = new Date(dayNumber * DAY_MS);
  const month = date.getUTCMonth();
  if (!months.has(month + 1)) return false;
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return matchesDay({ day: date.getUTCDate(), lastDay, weekday: date.getUTCDay() });
}

function either(dayOfMonth: DayRule | undefined, dayOfWeek: DayRule | undefined): DayRule {
  if (dayOfMonth !== undefined && dayOfWeek !== undefined) return (day) => dayOfMonth(day) || dayOfWeek(day);
  return dayOfMonth ?? dayOfWeek ?? (() => true);
}

// --- the day fields ----------------------------------------------------------------------------------------------

/** `undefined`: every day. */
function readDayOfMonth(text: string): DayRule | undefined {
  if (text === "*") return undefined;
  const fromEnd = /^L(?:-(\d+))?(W)?$/i.exec(text);
  if (fromEnd !== null) {
    const offset = Number(fromEnd[1] ?? 0);
    if (offset > 30) throw new Error(`day of the month: "${text}" is before every month`);
    const isNearest = fromEnd[2] !== undefined;
    return (day) => {
      const wanted = day.lastDay - offset;
      return isNearest ? isNearestWeekday(day, wanted) : day.day === wanted;
    };
  }
  const nearest = /^(\d+)W$/i.exec(text);
  if (nearest !== null) {
    const wanted = value(nearest[1] ?? "", DAY_OF_MONTH);
    return (day) => isNearestWeekday(day, wanted);
  }
  const days = new Set(values(text, DAY_OF_MONTH));
  return ({ day }) => days.has(day);
}

/** Whether a day is the working day that is nearest to the wanted one, in the same month. */
function isNearestWeekday({ day, lastDay, weekday }: Day, wanted: number): boolean {
  if (wanted < 1 || wanted > lastDay) return false;
  const wantedWeekday = (((weekday + wanted - day) % 7) + 7) % 7;
  let nearest = wanted;
  if (wantedWeekday === SATURDAY) nearest = wanted === 1 ? 3 : wanted - 1;
  if (wantedWeekday === SUNDAY) nearest = wanted === lastDay ? wanted - 2 : wanted + 1;
  return day === nearest;
}

/** `undefined`: every day. */
function readDayOfWeek(text: string): DayRule | undefined {
  if (text === "*") return undefined;
  if (/^L$/i.test(text)) return ({ weekday }) => weekday === SATURDAY;
  const last = /^([^L]+)L$/i.exec(text);
  if (last !== null) {
    const wanted = value(last[1] ?? "", DAY_OF_WEEK) - 1;
    return ({ day, lastDay, weekday }) => weekday === wanted && day + 7 > lastDay;
  }
  const nth = /^([^#]+)#([1-5])$/.exec(text);
  if (nth !== null) {
    const wanted = value(nth[1] ?? "", DAY_OF_WEEK) - 1;
    const n = Number(nth[2]);
    return ({ day, weekday }) => weekday === wanted && Math.ceil(day / 7) === n;
  }
  const days = new Set(values(text, DAY_OF_WEEK));
  return ({ weekday }) => days.has(weekday + 1);
}

// --- lists, ranges and steps ---------------------------------------------------------------------------------------

/** In ascending order, each once. */
function values(text: string, field: Field): number[] {
  const found = new Set<number>();
  const items = text.split(",");
  for (const item of items) {
    if (item.startsWith("*") && items.length > 1) throw new Error(`${field.name}: "*" stands in a list ("${text}")`);
    for (const each of valuesOfItem(item, field)) found.add(each);
  }
  return [...found].toSorted((a, b) => a - b);
}

function valuesOfItem(item: string, field: Field): number[] {
  const [range = "", step, ...more] = item.split("/");
  if (more.length > 0) throw new Error(`${field.name}: "${item}" has more than one "/"`);
  const by = step === undefined ? 1 : Number(/^\d+$/.test(step) ? step : Number.NaN);
  if (!(by >= 1 && by <= field.max - field.min)) {
    throw new Error(`${field.name}: the step of "${item}" must be from 1 to ${field.max - field.min}`);
  }
  const [from, to] = boundsOf(range, step !== undefined, field);
  if (from > to) throw new Error(`${field.name}: the range "${range}" goes backwards`);
  const found: number[] = [];
  for (let each = from; each <= to; each += by) found.push(each);
  return found;
}

/** A value with a step goes on to the end of the field. */
function boundsOf(range: string, hasStep: boolean, field: Field): [number, number] {
  if (range === "*") return [field.min, field.max];
  const [from = "", to, ...more] = range.split("-");
  if (more.length > 0) throw new Error(`${field.name}: "${range}" is not a range`);
  const first = value(from, field);
  return [first, to === undefined ? (hasStep ? field.max : first) : value(to, field)];
}

function value(text: string, { name, min, max, names }: Field): number {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return named + min;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) throw new Error(`${name}: "${text}" is not a value`);
  if (number < min || number > max) throw new Error(`${name}: ${number} is not from ${min} to ${max}`);
  return number;
}
