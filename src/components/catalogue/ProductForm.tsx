"use client";

import { useState } from "react";
import { AvailabilityProvider, useAvailability } from "@/contexts/AvailabilityContext";
import type { ProductAnswer, Variant } from "@/contracts/catalogue";
import { AddToCart } from "./AddToCart";
import { OnlyVariant } from "./OnlyVariant";
import { VariantPicker } from "./VariantPicker";

export function ProductForm({ serverNow, product }: ProductAnswer) {
  const availability = product.variants.map((variant) => variant.availability);
  return (
    <AvailabilityProvider initial={{ serverNow, availability }}>
      <Choice variants={product.variants} productName={product.name} />
    </AvailabilityProvider>
  );
}

function Choice({ variants, productName }: { variants: readonly Variant[]; productName: string }) {
  const current = useAvailability(variants);
  const [chosenId, setChosenId] = useState(() => firstToChoose(variants)?.id ?? "");
  const chosen = current.find((variant) => variant.id === chosenId);
  return (
    <>
      {current.length > 1 && <VariantPicker variants={current} chosenId={chosenId} onChoose={setChosenId} />}
      {current.length === 1 && chosen && <OnlyVariant variant={chosen} />}
      {chosen && <AddToCart key={chosen.id} variant={chosen} productName={productName} />}
    </>
  );
}

/** The first that can be had; a sold out one only where there is nothing else. */
function firstToChoose(variants: readonly Variant[]): Variant | undefined {
  return variants.find(({ availability }) => availability.available > 0) ?? variants[0];
}
