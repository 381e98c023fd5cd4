"use client";

import { type MouseEvent, useState } from "react";
import { useCart, useCartStore, useHolds } from "@/contexts/CartContext";
import { useCartDrawer } from "@/contexts/CartDrawerContext";
import { variantSubject } from "@/contexts/cart-reducer";
import { isPending } from "@/contexts/cart-store";
import type { Variant } from "@/contracts/catalogue";
import { MAX_QUANTITY } from "@/contracts/common";
import { lineName } from "@/domain/wording";
import { FailureNotice } from "../FailureNotice";
import { Button } from "../ui/Button";
import { Stepper } from "../ui/Stepper";
import styles from "./AddToCart.module.css";
import { HeldByYou } from "./HeldByYou";

export function AddToCart({ variant, productName }: { variant: Variant; productName: string }) {
  const store = useCartStore();
  const state = useCart();
  const drawer = useCartDrawer();
  const [quantity, setQuantity] = useState(1);
  const subject = variantSubject(variant.id);
  const pending = isPending(state, subject);
  const soldOut = variant.availability.state === "sold_out";
  const holdsSome = useHolds()(variant.id);
  const most = mostToAdd(variant.availability);
  const name = lineName({ productName, variantName: variant.name });

  const add = async (event: MouseEvent) => {
    // A double click is one wish: the second click may come after the first was answered.
    if (event.detail > 1) return;
    if (await store.add(variant.id, Math.min(quantity, most))) {
      setQuantity(1);
      drawer.open(variant.id);
    }
  };

  return (
    <div className={styles.add}>
      <div className={styles.controls}>
        {!soldOut && most > 1 && (
          <Stepper
            label={`Quantity of ${name}`}
            fewerLabel={`One fewer of ${name}`}
            moreLabel={`One more of ${name}`}
            value={Math.min(quantity, most)}
            min={1}
            max={most}
            onStep={setQuantity}
          />
        )}
        <Button className={styles.button} pending={pending} inactive={soldOut} onClick={add}>
          {buttonText(soldOut, pending)}
        </Button>
      </div>
      <FailureNotice subject={subject} holdsSome={holdsSome} />
      <HeldByYou variantIds={[variant.id]} />
    </div>
  );
}

/** Where the number that is left is known, nobody is led to ask for more. What is held may come free meanwhile. */
function mostToAdd({ available, atLeast }: Variant["availability"]): number {
  return atLeast || available === 0 ? MAX_QUANTITY : available;
}

function buttonText(soldOut: boolean, pending: boolean): string {
  if (soldOut) return "Sold out";
  return pending ? "Holding …" : "Add to cart";
}
