import type { HoldChange } from "@/contracts/admin-reservations";
import { countText } from "@/domain/admin-wording";
import { Moment } from "./Moment";
import marksStyles from "./marks.module.css";
import pageStyles from "./page.module.css";

/** What a row of the trail says, as a sentence of its own. */
function changeText({ before, after }: HoldChange): string {
  if (after === null) return "The row of the hold was deleted.";
  if (before === null) return `Held, ${countText(after.quantity, "unit")}.`;
  const parts = [
    before.status !== after.status && `${before.status} → ${after.status}`,
    before.quantity !== after.quantity && `${before.quantity} → ${countText(after.quantity, "unit")}`,
    before.shopperId !== after.shopperId && "moved to another shopper",
    before.status === after.status && before.expiresAt !== after.expiresAt && "new end",
  ].filter((part) => part !== false);
  return `${parts.join(", ") || "Touched"}.`;
}

export function HoldTimeline({ changes }: { changes: readonly HoldChange[] }) {
  if (changes.length === 0)
    return <p className={pageStyles.soft}>The trail of this hold was pruned by its age.</p>;
  return (
    <ol className={marksStyles.timeline}>
      {changes.map((change) => (
        <li key={`${change.at}${change.cause}`}>
          <Moment instant={change.at} />
          <div>
            <p>
              <strong>
                {change.actor}: {change.cause}
              </strong>{" "}
              {changeText(change)}
            </p>
            {change.after?.status === "active" && (
              <p className={pageStyles.soft}>
                Ends <Moment instant={change.after.expiresAt} />
              </p>
            )}
            {change.reason !== null && <p>“{change.reason}”</p>}
            {change.adminId !== null && <p className={pageStyles.soft}>By the admin {change.adminId}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
