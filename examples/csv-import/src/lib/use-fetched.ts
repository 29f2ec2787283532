import { useEffect, useRef, useState } from "react";
import { getJson, messageOf } from "./api.ts";

export interface Fetched<T> {
  data: T | null;
  error: string | null;
  loading: boolean;
}

const restMs = 1000;

/**
 * Fetches JSON from `url` (null: nothing to fetch), and again whenever `version` changes, at most once a second.
 * Old data stays visible until the new is there.
 */
export function useFetched<T>(url: string | null, version: string | number): Fetched<T> {
  const [result, setResult] = useState<Fetched<T> & { url: string | null; version: string | number }>({
    url: null,
    version,
    data: null,
    error: null,
    loading: true,
  });
  const last = useRef({ url: "", at: 0 });
  const wanted = useRef(url);

  useEffect(() => {
    wanted.current = url;
    if (url === null) return undefined;
    const wait = last.current.url === url ? Math.max(0, last.current.at + restMs - Date.now()) : 0;
    const load = async () => {
      last.current = { url, at: Date.now() };
      try {
        const data = await getJson<T>(url);
        if (wanted.current === url) setResult({ url, version, data, error: null, loading: false });
      } catch (error) {
        if (wanted.current !== url) return;
        setResult((before) => ({
          url,
          version,
          data: before.url === url ? before.data : null,
          error: messageOf(error),
          loading: false,
        }));
      }
    };
    const timer = setTimeout(() => void load(), wait);
    return () => clearTimeout(timer);
  }, [url, version]);

  return result.url === url ? result : { data: null, error: null, loading: url !== null };
}
