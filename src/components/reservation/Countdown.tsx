import { clockText, type TimeLeft } from "@/domain/time-left";
import { Icon } from "../ui/Icon";
import { Ring } from "../ui/Ring";
import styles from "./Countdown.module.css";
import { LEVEL_ICONS } from "./level-words";

/** Silent on purpose: a timer that speaks every second is noise. The status line says what matters. */
export function Countdown({ left, label, words }: { left: TimeLeft; label: string; words: string }) {
  return (
    <div className={styles.countdown} data-level={left.level}>
      <Ring fraction={left.fraction}>
        <Icon name={LEVEL_ICONS[left.level]} size={18} />
      </Ring>
      <div>
        <div className={styles.words}>{words}</div>
        <div role="timer" aria-live="off" aria-label={label} className={styles.clock}>
          {clockText(left.milliseconds)}
        </div>
      </div>
    </div>
  );
}
