/** Small enough to be seen moving, large enough that a million rows are a few hundred steps. */
export function batchRowsFor(rows: number): number {
  return Math.max(250, Math.ceil(rows / 200 / 50) * 50);
}
