import { useCallback, useSyncExternalStore } from "react";

/** The import that the address asks for (`?import=<id>`); null means the newest one. */
export function useSelectedImport(): [string | null, (id: string | null) => void] {
  const selected = useSyncExternalStore(subscribe, read);
  const select = useCallback((id: string | null) => {
    const url = new URL(location.href);
    if (id === null) url.searchParams.delete("import");
    else url.searchParams.set("import", id);
    history.pushState(null, "", url);
    for (const listener of listeners) listener();
  }, []);
  return [selected, select];
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

function read(): string | null {
  return new URLSearchParams(location.search).get("import");
}
