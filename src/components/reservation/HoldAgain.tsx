"use client";

import { useCart, useCartStore } from "@/contexts/CartContext";
import { variantSubject } from "@/contexts/cart-reducer";
import { isPending } from "@/contexts/cart-store";
import type { LapsedLine } from "@/contracts/reservations";
import { lineName } from "@/domain/wording";
import { FailureNotice } from "../FailureNotice";
import { Button } from "../ui/Button";
import styles from "./HoldAgain.module.css";

export function HoldAgain({ line }: { line: LapsedLine }) {
  const store = useCartStore();
  const subject = variantSubject(line.variantId);
  return (
    <div className={styles.again}>
      <Button
        look="secondary"
        size="small"
        pending={isPending(useCart(), subject)}
        aria-label={`Hold ${lineName(line)} again`}
        onClick={() => void store.holdAgain(line)}
      >
        Hold again
      </Button>
      <FailureNotice subject={subject} />
    </div>
  );
}
