import type { AdminFailure } from "@/contexts/admin-api";
import { adminFailureText } from "@/domain/admin-wording";
import { Notice } from "../ui/Notice";
import styles from "./admin.module.css";

/** What a change came to: read out when it happens. */
export function Outcome({ failure, done }: { failure: AdminFailure | null; done: string }) {
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
      <p role="status" className={styles.done}>
        {done}
      </p>
    </>
  );
}
