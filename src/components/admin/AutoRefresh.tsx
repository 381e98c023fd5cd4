"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Button } from "../ui/Button";
import { Moment } from "./Moment";
import styles from "./page.module.css";

const EVERY = 15_000;

/** Reads the page anew while somebody looks at it; and stops when told, for whoever is reading. */
export function AutoRefresh({ serverNow }: { serverNow: string }) {
  const router = useRouter();
  const [isOn, setOn] = useState(true);
  useEffect(() => {
    if (!isOn) return;
    const look = () => {
      if (document.visibilityState === "visible") router.refresh();
    };
    const timer = setInterval(look, EVERY);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [isOn, router]);
  return (
    <p className={styles.actions}>
      <span className={styles.soft}>
        As of <Moment instant={serverNow} />
      </span>
      <Button look="secondary" size="small" aria-pressed={!isOn} onClick={() => setOn(!isOn)}>
        Pause
      </Button>
    </p>
  );
}
