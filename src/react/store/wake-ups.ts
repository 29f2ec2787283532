/** A page that was hidden this long may have slept through the end of its connection. */
const HIDDEN_MS = 15_000;

/**
 * Calls back when the page has reason to doubt its connection: the network comes or goes, or the page is shown again
 * after a while. A browser notices a dead connection by itself only when something is sent on it, often minutes later.
 *
 * @returns what ends it
 */
export function onWakeUp(doubt: () => void): () => void {
  if (typeof window === "undefined") return () => {};
  let hiddenAt: number | undefined;
  const onVisibility = (): void => {
    if (document.visibilityState === "hidden") {
      hiddenAt ??= Date.now();
      return;
    }
    const wasLong = hiddenAt !== undefined && Date.now() - hiddenAt > HIDDEN_MS;
    hiddenAt = undefined;
    if (wasLong) doubt();
  };
  // Comes back from the browser's memory of left pages, where sockets do not live.
  const onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) doubt();
  };
  window.addEventListener("online", doubt);
  window.addEventListener("offline", doubt);
  window.addEventListener("pageshow", onPageShow);
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    window.removeEventListener("online", doubt);
    window.removeEventListener("offline", doubt);
    window.removeEventListener("pageshow", onPageShow);
    document.removeEventListener("visibilitychange", onVisibility);
  };
}
