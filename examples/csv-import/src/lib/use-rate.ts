import { useEffect, useRef, useState } from "react";

const windowMs = 3000;
const everyMs = 500;

/**
 * How fast `done` grows, per second, over the last three seconds; null while nothing can be said. A new `key`
 * (another import, another phase) starts anew.
 */
export function useRate(key: string, done: number, running: boolean): number | null {
  const latest = useRef(done);
  const [measured, setMeasured] = useState<{ key: string; rate: number } | null>(null);

  useEffect(() => {
    latest.current = done;
  }, [done]);

  useEffect(() => {
    if (!running) return undefined;
    const points = [{ at: performance.now(), done: latest.current }];
    const timer = setInterval(() => {
      const now = { at: performance.now(), done: latest.current };
      points.push(now);
      while (points.length > 2 && now.at - (points[0]?.at ?? now.at) > windowMs) points.shift();
      const first = points[0] ?? now;
      setMeasured({ key, rate: ((now.done - first.done) * 1000) / (now.at - first.at) });
    }, everyMs);
    return () => clearInterval(timer);
  }, [key, running]);

  return running && measured?.key === key ? measured.rate : null;
}
