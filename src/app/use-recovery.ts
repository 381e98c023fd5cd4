import { useEffect, useEffectEvent } from "react";
import { browserFetch } from "@/contexts/browser-fetch";
import { createRecovery } from "@/contexts/recovery";
import { browserTime } from "@/contexts/time";
import { onWakeUp } from "@/contexts/wake-ups";

/** Tries the page again by itself once the shop answers, so that nobody has to. */
export function useRecovery(retry: () => void): void {
  const retryNow = useEffectEvent(retry);
  useEffect(() => {
    const recovery = createRecovery({
      fetch: browserFetch,
      time: browserTime,
      random: Math.random,
      isVisible: () => document.visibilityState === "visible",
      retry: () => retryNow(),
    });
    const stop = recovery.start();
    const sleep = onWakeUp(() => void recovery.look());
    return () => {
      sleep();
      stop();
    };
  }, []);
}
