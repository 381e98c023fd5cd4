/** Moments at which what we know may have aged: the page is looked at again, or the network is back. */
export function onWakeUp(wake: () => void): () => void {
  const whenVisible = () => {
    if (document.visibilityState === "visible") wake();
  };
  const whenRestored = (event: PageTransitionEvent) => {
    if (event.persisted) wake();
  };
  window.addEventListener("focus", wake);
  window.addEventListener("online", wake);
  // A page out of the back/forward cache is as old as the moment it was left.
  window.addEventListener("pageshow", whenRestored);
  document.addEventListener("visibilitychange", whenVisible);
  return () => {
    window.removeEventListener("focus", wake);
    window.removeEventListener("online", wake);
    window.removeEventListener("pageshow", whenRestored);
    document.removeEventListener("visibilitychange", whenVisible);
  };
}
