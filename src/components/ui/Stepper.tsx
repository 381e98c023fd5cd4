import { Icon } from "./Icon";
import styles from "./Stepper.module.css";

interface StepperProps {
  label: string;
  fewerLabel: string;
  moreLabel: string;
  value: number;
  min: number;
  max: number;
  pending?: boolean;
  inactive?: boolean;
  onStep: (next: number) => void;
}

export function Stepper(props: StepperProps) {
  const { label, fewerLabel, moreLabel, value, min, max, pending = false, inactive = false, onStep } = props;
  const step = (next: number, blocked: boolean) => () => {
    if (!blocked && !pending) onStep(next);
  };
  const noFewer = inactive || value <= min;
  const noMore = inactive || value >= max;
  return (
    <fieldset className={styles.stepper} aria-busy={pending || undefined}>
      <legend className="visually-hidden">{label}</legend>
      <button
        type="button"
        aria-label={fewerLabel}
        aria-disabled={noFewer || pending || undefined}
        onClick={step(value - 1, noFewer)}
      >
        <Icon name="minus" size={16} />
      </button>
      {/* Changes only when somebody steps, so it may speak. */}
      <span className={styles.value} aria-live="polite">
        {value}
      </span>
      <button
        type="button"
        aria-label={moreLabel}
        aria-disabled={noMore || pending || undefined}
        onClick={step(value + 1, noMore)}
      >
        <Icon name="plus" size={16} />
      </button>
    </fieldset>
  );
}
