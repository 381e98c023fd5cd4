import Link from "next/link";
import type { AdminHold } from "@/contracts/admin-reservations";
import { countText, durationText } from "@/domain/admin-wording";
import { Moment } from "./Moment";
import styles from "./marks.module.css";
import { StateBadge } from "./StateBadge";

export function HoldFacts({ hold, replacedBy }: { hold: AdminHold; replacedBy: string | null }) {
  const { shopperId, variantId } = hold;
  return (
    <dl className={styles.facts}>
      <dt>State</dt>
      <dd>
        <StateBadge state={hold.state} />
        {hold.isWithdrawn && " the shop took it back"}
      </dd>
      <dt>What</dt>
      <dd>
        {countText(hold.quantity, "unit")} of {hold.sku ?? variantId} at{" "}
        {hold.locationCode ?? "a place that is gone"}
      </dd>
      <dt>Held</dt>
      <dd>
        <Moment instant={hold.heldAt} />, {durationText(hold.durationSeconds)} a turn
      </dd>
      <dt>{hold.endedAt === null ? "Ends" : "Ended"}</dt>
      <dd>
        <Moment instant={hold.endedAt ?? hold.expiresAt} />
        {hold.endedAt === null && (
          <>
            , at the latest <Moment instant={hold.maxExpiresAt} />
          </>
        )}
      </dd>
      <dt>Shopper</dt>
      <dd>
        <Link href={`/admin/reservations?shopperId=${shopperId}`} prefetch={false}>
          {shopperId}
        </Link>
      </dd>
      {hold.replacesId !== null && (
        <>
          <dt>Took again</dt>
          <dd>
            <Link href={`/admin/reservations/${hold.replacesId}`}>the units of an earlier hold</Link>
          </dd>
        </>
      )}
      {replacedBy !== null && (
        <>
          <dt>Taken again by</dt>
          <dd>
            <Link href={`/admin/reservations/${replacedBy}`}>a later hold</Link>
          </dd>
        </>
      )}
      <dt>Around it</dt>
      <dd>
        <Link
          href={`/admin/timeline?${new URLSearchParams({ variantId, at: hold.heldAt })}`}
          prefetch={false}
        >
          What happened to the variant then
        </Link>
      </dd>
    </dl>
  );
}
