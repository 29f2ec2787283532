import { useEffect, useRef, useState } from "react";

const windowMs = 3000;

/**
 * How fast `done` grows, per second, over the last three seconds; null while nothing can be said. A new `key`
 * (another import, another phase) starts anew.
 */
export function useRate(key: string, done: number, running: boolean): number | null {
  const samples = useRef<{ key: string; points: { at: number; done: number }[] }>({ key, points: [] });
  const [rate, setRate] = useState<number | null>(null);

  useEffect(() => {
    if (samples.current.key !== key) samples.current = { key, points: [] };
    if (!running) {
      samples.current.points = [];
      setRate(null);
      return;
    }
    const at = performance.now();
    const { points } = samples.current;
    points.push({ at, done });
    while (points.length > 2 && at - (points[0]?.at ?? at) > windowMs) points.shift();
    const first = points[0];
    if (first !== undefined && at - first.at > 200) setRate(((done - first.done) * 1000) / (at - first.at));
  }, [key, done, running]);

  return rate;
}
