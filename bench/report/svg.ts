import type { Result } from "../record.ts";
import { show } from "./numbers.ts";

/** What a chart says beside its points. */
export interface ChartText {
  readonly title: string;
  /** Below the horizontal axis. */
  readonly across: string;
}

const WIDTH = 760;
const HEIGHT = 340;
const LEFT = 64;
const RIGHT = 28;
const TOP = 48;
const BOTTOM = 56;
/** Between the ends of the axis and the first and last point. */
const INSET = 28;
/** Room above the highest point. */
const HEADROOM = 1.1;
/** Lines of the grid, at most. */
const GRID_LINES = 5;

/**
 * A curve over a logarithmic horizontal axis, from 0 up: what grows with the work is seen to. A stroke at each point
 * goes from the least to the most of its repetitions.
 */
export function curve(points: readonly Result[], { title, across }: ChartText): string {
  const sorted = points.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`Nothing was measured for the chart "${title}".`);
  const logs = [first, last].map(({ at }) => Math.log10(at ?? 1)) as [number, number];
  const span = logs[1] - logs[0] || 1;
  const { step, top } = gridFor(Math.max(...sorted.map(({ max }) => max)) * HEADROOM);
  const x = (at = 1): number => LEFT + INSET + ((Math.log10(at) - logs[0]) / span) * (WIDTH - LEFT - RIGHT - 2 * INSET);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const path = sorted.map(({ at, value }) => `${round(x(at))},${round(y(value))}`).join(" ");
  const described = sorted.map(({ at = 0, value, unit }) => `${at.toLocaleString("en-US")}: ${show(value)} ${unit}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escape(title)}</title>`,
    `<desc id="desc">${escape(described.join("; "))}</desc>`,
    STYLE,
    `<rect class="back" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    `<text class="head" x="${LEFT}" y="26">${escape(title)}</text>`,
    ...gridLines(step, top, first.unit, y),
    ...sorted.map(({ at }) => label(x(at), HEIGHT - BOTTOM + 20, (at ?? 0).toLocaleString("en-US"), "middle")),
    label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, across, "middle"),
    ...sorted.map(({ at, min, max }) => `<path class="range" d="M${round(x(at))} ${round(y(min))}V${round(y(max))}"/>`),
    `<polyline class="line" points="${path}"/>`,
    ...sorted.map(({ at, value }) => `<circle class="point" cx="${round(x(at))}" cy="${round(y(value))}" r="4"/>`),
    ...sorted.map(({ at, value, max }) => label(x(at), y(max) - 10, show(value), "middle", "value")),
    "</svg>\n",
  ].join("\n");
}

/** Readable on a light page and on a dark one. */
const STYLE = `<style>
  text { font: 12px system-ui, sans-serif; fill: #57606a; }
  .head { font-size: 15px; font-weight: 600; fill: #1f2328; }
  .value { fill: #1f2328; }
  .back { fill: #ffffff; }
  .grid { stroke: #d8dee4; fill: none; }
  .line { stroke: #b35900; stroke-width: 2; fill: none; }
  .range { stroke: #b35900; stroke-width: 6; opacity: 0.25; }
  .point { fill: #b35900; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .head, .value { fill: #f0f6fc; }
    .back { fill: #0d1117; }
    .grid { stroke: #3d444d; }
    .line, .range { stroke: #f0883e; }
    .point { fill: #f0883e; }
  }
</style>`;

/** Lines at round numbers, the topmost above `highest`. */
function gridFor(highest: number): { step: number; top: number } {
  const least = highest / GRID_LINES;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
  return { step, top: Math.ceil(highest / step) * step };
}

function gridLines(step: number, top: number, unit: string, y: (value: number) => number): string[] {
  return Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step).flatMap((value) => [
    `<path class="grid" d="M${LEFT} ${round(y(value))}H${WIDTH - RIGHT}"/>`,
    label(LEFT - 8, y(value) + 4, value === 0 ? `0 ${unit}` : show(value), "end"),
  ]);
}

function label(x: number, y: number, text: string, anchor: "middle" | "end", kind = ""): string {
  const style = kind === "" ? "" : ` class="${kind}"`;
  return `<text${style} x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escape(text)}</text>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
