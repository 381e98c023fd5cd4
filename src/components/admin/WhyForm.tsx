"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Field } from "../ui/Field";
import { useHydrated } from "../use-hydrated";
import styles from "./form.module.css";

interface WhyFormProps {
  variants: readonly { value: string; label: string }[];
  variantId: string;
  /** The instant that is shown, or none. */
  at: string | null;
}

/** Asks about a variant at an instant, in the reader's own time. */
export function WhyForm({ variants, variantId, at }: WhyFormProps) {
  const router = useRouter();
  const isHere = useHydrated();
  const [typed, setTyped] = useState<string | null>(null);
  const when = typed ?? (isHere && at !== null ? localText(new Date(at)) : "");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const query = new URLSearchParams({
      variantId: String(new FormData(event.currentTarget).get("variantId")),
    });
    if (when !== "") query.set("at", new Date(when).toISOString());
    router.push(`/admin/timeline?${query}`);
  };
  return (
    <form className={styles.filters} onSubmit={submit}>
      <Choice label="Variant" name="variantId" options={variants} defaultValue={variantId} />
      <Field
        label="When, in your time"
        type="datetime-local"
        step={1}
        value={when}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit">Ask</Button>
    </form>
  );
}

/** As `datetime-local` wants it. */
function localText(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
