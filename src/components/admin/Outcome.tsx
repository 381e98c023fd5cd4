import type { AdminFailure } from "@/contexts/admin-api";
import { adminFailureText } from "@/domain/admin-wording";
import { Notice } from "../ui/Notice";
import styles from "./marks.module.css";

interface OutcomeProps {
  failure: AdminFailure | null;
  done: string;
  /** It was answered, but not as was hoped. */
  isWarning?: boolean;
}

/** What a change came to: read out when it happens. */
export function Outcome({ failure, done, isWarning = false }: OutcomeProps) {
  return (
    <>
      {failure !== null && (
        <Notice role="alert">
          <p>{adminFailureText(failure.code)}</p>
          {failure.problem?.errors?.map(({ path, message }) => (
            <p key={`${path}${message}`}>
              {path && <strong>{path}: </strong>}
              {message}
            </p>
          ))}
        </Notice>
      )}
      <p role="status" className={styles.done} data-tone={isWarning ? "warning" : undefined}>
        {done}
      </p>
    </>
  );
}
