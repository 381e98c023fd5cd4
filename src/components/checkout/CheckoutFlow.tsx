"use client";

import { useEffect, useState } from "react";
import { useCart } from "@/contexts/CartContext";
import { useCheckout, useCheckoutStore } from "@/contexts/CheckoutContext";
import type { CheckoutState } from "@/contexts/checkout-reducer";
import type { FieldName, TypedDetails } from "@/contexts/typed-details";
import type { Quote } from "@/contracts/checkout";
import { failureText } from "@/domain/refusals";
import { localTimeText } from "../LocalTime";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import styles from "./CheckoutFlow.module.css";
import { CheckoutForm } from "./CheckoutForm";
import { HoldsReview } from "./HoldsReview";
import { NothingToPay } from "./NothingToPay";
import { OpenPaymentPanel } from "./OpenPaymentPanel";
import { QuoteSummary } from "./QuoteSummary";
import { useReview } from "./use-review";
import { useTypedDetails } from "./use-typed-details";

interface CheckoutFlowProps {
  /** Of who is signed in. */
  email: string | null;
  /** Stripe's page was left by its way back: the payment is to be left too. */
  comesBack: boolean;
}

/** The way from the cart to the payment page, and back from it. */
export function CheckoutFlow({ email, comesBack }: CheckoutFlowProps) {
  const store = useCheckoutStore();
  const [begins] = useState(comesBack);
  useEffect(() => {
    // Once is enough: a reload of this page shall not leave another payment.
    if (begins) window.history.replaceState(null, "", "/checkout");
    return store.enter({ comesBack: begins });
  }, [store, begins]);
  const state = useCheckout();
  const { typed, type } = useTypedDetails(email);
  return (
    <>
      <ReadFailure state={state} />
      <Step state={state} typed={typed} onType={type} />
    </>
  );
}

interface StepProps {
  state: CheckoutState;
  typed: TypedDetails;
  onType: (name: FieldName, value: string) => void;
}

function Step({ state, typed, onType }: StepProps) {
  const review = useReview(state);
  const { checkout, busy, isBack } = state;
  const isKnown = checkout !== null && (state.seen !== null || checkout.openPayment !== null);
  if (checkout?.openPayment) return <OpenPaymentPanel payment={checkout.openPayment} />;
  if (busy === "going_back") return <p role="status">Taking you back to your cart …</p>;
  if (!isKnown || !state.isChecked) {
    return state.readFailure === null && <p role="status">Checking what is held for you …</p>;
  }
  const { quote } = checkout;
  return (
    <>
      <BackNotice isBack={isBack} />
      {quote.lines.length === 0 && <NothingToPay ended={state.ended} />}
      {quote.lines.length > 0 && review.isNeeded && <HoldsReview {...review} />}
      {quote.lines.length > 0 && !review.isNeeded && <Ready quote={quote} typed={typed} onType={onType} />}
    </>
  );
}

function Ready({ quote, typed, onType }: { quote: Quote } & Omit<StepProps, "state">) {
  return (
    <div className={styles.ready}>
      <CheckoutForm quote={quote} typed={typed} onType={onType} />
      <QuoteSummary quote={quote} />
    </div>
  );
}

function BackNotice({ isBack }: { isBack: boolean }) {
  const lapsed = useCart().cart?.lapsed.length ?? 0;
  return (
    <div role="status" className={styles.back}>
      {isBack && (
        <Notice tone="plain">
          <p>
            <strong>Nothing was paid.</strong> Your pieces are back in your cart
            {lapsed === 0 && ", with the time that they had left"}.
          </p>
        </Notice>
      )}
    </div>
  );
}

/** An outage is not an empty cart. */
function ReadFailure({ state }: { state: CheckoutState }) {
  const store = useCheckoutStore();
  if (state.readFailure === null) return null;
  return (
    <Notice role="alert">
      <p>{failureText(state.readFailure, { holdsSome: false, formatTime: localTimeText })}</p>
      <div>
        <Button look="secondary" size="small" onClick={() => void store.refresh()}>
          Try again
        </Button>
      </div>
    </Notice>
  );
}
