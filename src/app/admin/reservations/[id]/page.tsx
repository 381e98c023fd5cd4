import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { HoldFacts } from "@/components/admin/HoldFacts";
import { holdName } from "@/components/admin/HoldsTable";
import { HoldTimeline } from "@/components/admin/HoldTimeline";
import styles from "@/components/admin/page.module.css";
import { ReleaseForm } from "@/components/admin/ReleaseForm";
import { IdPathSchema } from "@/contracts/admin-common";
import { findReservation } from "@/lib/admin/find-reservation";
import { requireAdminOfPage } from "../../admin-of-page";

export const metadata: Metadata = { title: "A reservation" };

export default async function ReservationPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await requireAdminOfPage(`/admin/reservations/${id}`);
  const path = IdPathSchema.safeParse({ id });
  const found = path.success ? await findReservation(path.data.id) : null;
  if (!found?.ok) notFound();
  const { reservation, replacedBy, timeline } = found.value;
  return (
    <>
      <div>
        <p>
          <Link href="/admin/reservations">Reservations</Link>
        </p>
        <h1 className={styles.title}>{holdName(reservation)}</h1>
      </div>
      <HoldFacts hold={reservation} replacedBy={replacedBy} />
      <section className={styles.section} aria-labelledby="release">
        <h2 id="release">Take it back</h2>
        {reservation.state === "paying" && (
          <p className={styles.soft}>
            A payment is open for it: that is ended first. Where it turns out to be paid, the units are sold.
          </p>
        )}
        {reservation.state !== "active" && reservation.state !== "paying" && (
          <p className={styles.soft}>This hold has ended: there is nothing to take back.</p>
        )}
        <ReleaseForm
          reservationId={reservation.reservationId}
          isOpen={reservation.state === "active" || reservation.state === "paying"}
        />
      </section>
      <section className={styles.section} aria-labelledby="timeline">
        <h2 id="timeline">What happened to it</h2>
        <HoldTimeline changes={timeline} />
      </section>
    </>
  );
}
