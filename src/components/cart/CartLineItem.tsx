"use client";

import Link from "next/link";
import { useEffect, useRef } from "react";
import { useCart, useCartStore } from "@/contexts/CartContext";
import { useCartDrawer } from "@/contexts/CartDrawerContext";
import { lineSubject } from "@/contexts/cart-reducer";
import { isPending } from "@/contexts/cart-store";
import { MAX_QUANTITY } from "@/contracts/common";
import type { CartLine } from "@/contracts/reservations";
import { moneyText } from "@/domain/money";
import { lineName } from "@/domain/wording";
import { FailureNotice } from "../FailureNotice";
import { ReservationStatus } from "../ReservationStatus";
import { Button } from "../ui/Button";
import { Picture } from "../ui/Picture";
import { Stepper } from "../ui/Stepper";
import styles from "./CartLineItem.module.css";

export function CartLineItem({ line }: { line: CartLine }) {
  const store = useCartStore();
  const subject = lineSubject(line.reservationId);
  const pending = isPending(useCart(), subject);
  const paying = line.status === "paying";
  const name = lineName(line);
  return (
    <li ref={useShownWhenAdded(line.variantId)} className={styles.line}>
      <Picture className={styles.picture} src={line.imagePath} alt="" width={96} height={120} />
      <div className={styles.words}>
        <Link className={styles.name} href={`/products/${line.productSlug}`}>
          {line.productName}
        </Link>
        <p className={styles.variant}>{line.variantName}</p>
        <p className={styles.each}>{moneyText(line.unitPriceCents, line.currency)} each</p>
      </div>
      <p className={styles.price}>{moneyText(line.unitPriceCents * line.quantity, line.currency)}</p>
      <div className={styles.controls}>
        <Stepper
          label={`Quantity of ${name}`}
          fewerLabel={`One fewer of ${name}`}
          moreLabel={`One more of ${name}`}
          value={line.quantity}
          min={1}
          max={MAX_QUANTITY}
          pending={pending}
          inactive={paying}
          onStep={(quantity) => void store.setQuantity(line.reservationId, quantity)}
        />
        <Button
          look="quiet"
          size="small"
          pending={pending}
          inactive={paying}
          aria-label={`Remove ${name}`}
          onClick={() => void store.release(line.reservationId)}
        >
          Remove
        </Button>
      </div>
      <div className={styles.below}>
        <FailureNotice subject={subject} holdsSome />
        <ReservationStatus placement="inline" line={line} />
      </div>
    </li>
  );
}

/** The drawer opens on what was just added, however long the cart is. */
function useShownWhenAdded(variantId: string) {
  const item = useRef<HTMLLIElement>(null);
  const { isOpen, added } = useCartDrawer();
  useEffect(() => {
    if (isOpen && added === variantId) item.current?.scrollIntoView({ block: "nearest" });
  }, [isOpen, added, variantId]);
  return item;
}
