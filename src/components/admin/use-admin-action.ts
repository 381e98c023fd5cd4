"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { type AdminAnswer, type AdminFailure, createAdminApi } from "@/contexts/admin-api";

/** One change at a time, what it came to, and the page read anew after it. */
export function useAdminAction() {
  const router = useRouter();
  // Of this form alone: who opens it anew has seen what became of the last wish, and means another.
  const [api] = useState(() => createAdminApi());
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<AdminFailure | null>(null);
  const [done, setDone] = useState("");

  async function run<Value>(
    act: () => Promise<AdminAnswer<Value>>,
    then: (value: Value) => string | undefined,
  ) {
    if (pending) return;
    setPending(true);
    setFailure(null);
    setDone("");
    const answer = await act();
    setPending(false);
    if (!answer.ok) return setFailure(answer.failure);
    setDone(then(answer.value) ?? "");
    router.refresh();
  }
  function say(words: string) {
    setFailure(null);
    setDone(words);
  }
  return { api, pending, failure, done, run, say };
}
