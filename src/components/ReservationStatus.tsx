"use client";

import type { CartLine } from "@/contracts/reservations";
import { FloatingStatus } from "./reservation/FloatingStatus";
import { InlineStatus } from "./reservation/InlineStatus";

type ReservationStatusProps = { placement: "inline"; line: CartLine } | { placement: "floating" };

/** How long units are still held: beside a line of the cart, or floating over every page. */
export function ReservationStatus(props: ReservationStatusProps) {
  return props.placement === "inline" ? <InlineStatus line={props.line} /> : <FloatingStatus />;
}
