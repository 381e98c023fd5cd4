"use client";

import { type FormEvent, useState } from "react";
import { useCheckout, useCheckoutStore } from "@/contexts/CheckoutContext";
import { FIELDS, type FieldName, type TypedDetails } from "@/contexts/typed-details";
import type { Quote } from "@/contracts/checkout";
import { checkoutFailureText } from "@/domain/checkout-wording";
import { moneyText } from "@/domain/money";
import { Button } from "../ui/Button";
import { ErrorSummary } from "../ui/ErrorSummary";
import { Notice } from "../ui/Notice";
import { CartChanges } from "./CartChanges";
import styles from "./CheckoutForm.module.css";
import { DetailsFields } from "./DetailsFields";
import { errorsOf, type FieldErrors, fieldId, readDetails } from "./details";

interface CheckoutFormProps {
  quote: Quote;
  typed: TypedDetails;
  onType: (name: FieldName, value: string) => void;
}

export function CheckoutForm({ quote, typed, onType }: CheckoutFormProps) {
  const store = useCheckoutStore();
  const { busy, failure, isChanged } = useCheckout();
  const [errors, setErrors] = useState<FieldErrors>({});
  const [attempt, setAttempt] = useState(0);
  const fromServer = failure?.doing === "paying" ? errorsOf(failure.fields, typed) : {};
  const shown = Object.keys(errors).length > 0 ? errors : fromServer;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy !== null || isChanged) return;
    const read = readDetails(typed);
    setErrors(read.ok ? {} : read.errors);
    if (read.ok) void store.pay(read.details);
    else setAttempt(attempt + 1);
  };
  const type = (name: FieldName, value: string) => {
    onType(name, value);
    // What was found wrong is being mended: the next look at it is at the next attempt.
    if (errors[name] !== undefined) setErrors({ ...errors, [name]: undefined });
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate aria-label="Checkout">
      <CartChanges quote={quote} />
      <ErrorSummary title="Please check these:" errors={summaryOf(shown)} attempt={attempt} />
      <DetailsFields typed={typed} errors={shown} onType={type} />
      {failure?.doing === "paying" && (
        <Notice role="alert">{checkoutFailureText(failure.failure, "paying")}</Notice>
      )}
      <div className={styles.pay}>
        <Button type="submit" pending={busy !== null} inactive={isChanged}>
          {payLabel(quote, busy !== null)}
        </Button>
        <p className={styles.small}>
          {isChanged
            ? "First look at what has changed, above."
            : "You pay on the page of our payment service, Stripe. Your pieces are kept for you meanwhile."}
        </p>
      </div>
    </form>
  );
}

function summaryOf(errors: FieldErrors) {
  return FIELDS.flatMap((name) => {
    const message = errors[name];
    return message === undefined ? [] : [{ id: fieldId(name), message }];
  });
}

function payLabel({ totalCents, currency }: Quote, isBusy: boolean): string {
  if (isBusy) return "Taking you to the payment …";
  if (totalCents === 0) return "Place the order";
  return currency === null ? "Pay" : `Pay ${moneyText(totalCents, currency)}`;
}
