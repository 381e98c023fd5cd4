"use client";

import { useState } from "react";
import type { Answer } from "@/contexts/cart-api";
import type { Failure } from "@/domain/refusals";

/** One thing at a time, and why the last one did not happen. */
export function useAccountAction() {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function run<Value>(act: () => Promise<Answer<Value>>, then: (value: Value) => void) {
    if (pending) return;
    setPending(true);
    setFailure(null);
    const answer = await act();
    setPending(false);
    if (answer.ok) then(answer.value);
    else setFailure(answer.failure);
  }
  return { pending, failure, run };
}
