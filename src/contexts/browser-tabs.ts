import type { Tabs } from "./cart-store";

/** A channel never hears its own messages, so a tab does not answer itself. */
export function createBrowserTabs(): Tabs {
  const channel = new BroadcastChannel("holdfast-cart");
  return {
    tell: () => channel.postMessage("changed"),
    listen(heard) {
      channel.addEventListener("message", heard);
      return () => channel.removeEventListener("message", heard);
    },
  };
}
