import type { ReactNode } from "react";
import { Icon } from "./Icon";
import styles from "./Notice.module.css";

interface NoticeProps {
  /** `alert` interrupts a screen reader: for the answer to something that the shopper has just done. */
  role?: "alert" | "note";
  tone?: "warning" | "plain";
  children: ReactNode;
}

export function Notice({ role = "note", tone = "warning", children }: NoticeProps) {
  return (
    <div role={role} className={styles.notice} data-tone={tone}>
      {tone === "warning" && <Icon name="alert" size={18} />}
      <div className={styles.words}>{children}</div>
    </div>
  );
}
