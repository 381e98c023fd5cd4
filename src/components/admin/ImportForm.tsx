"use client";

import { type ChangeEvent, type FormEvent, useState } from "react";
import type { ImportAnswer } from "@/contracts/admin-stock";
import { countText } from "@/domain/admin-wording";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { TextArea } from "../ui/TextArea";
import styles from "./form.module.css";
import { ImportPreview } from "./ImportPreview";
import { Outcome } from "./Outcome";
import { useAdminAction } from "./use-admin-action";

/** A count as CSV: a preview, row by row, and then all of it or nothing. */
export function ImportForm() {
  const [csv, setCsv] = useState("");
  const [reason, setReason] = useState("");
  const [answer, setAnswer] = useState<ImportAnswer | null>(null);
  const { api, pending, failure, done, run } = useAdminAction();
  const send = (version?: string) =>
    run(
      () => api.importStock({ csv, reason, ...(version && { version }) }),
      (result) => {
        setAnswer(result);
        return summaryOf(result);
      },
    );
  const change = (text: string) => {
    setCsv(text);
    setAnswer(null);
  };
  const choose = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    if (file) change(await file.text());
  };
  const preview = (event: FormEvent) => {
    event.preventDefault();
    setAnswer(null);
    void send();
  };
  return (
    <>
      <form className={styles.form} onSubmit={preview}>
        <Field
          label="Choose a file"
          type="file"
          accept=".csv,text/csv"
          onChange={(event) => void choose(event)}
        />
        <TextArea
          label="Or paste it here"
          hint="The first row names the columns: sku, location, on_hand. At most 1,000 rows."
          className={styles.mono}
          value={csv}
          onChange={(event) => change(event.target.value)}
          rows={8}
          maxLength={60_000}
          spellCheck={false}
          required
        />
        <Field
          label="Reason"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          hint="Kept in the ledger beside every change."
          maxLength={300}
          pattern=".*\S.*"
          required
        />
        <Button type="submit" look="secondary" pending={pending}>
          Preview
        </Button>
      </form>
      <Outcome failure={failure} done={done} isWarning={answer?.outcome === "refused"} />
      {answer !== null && <ImportPreview answer={answer} />}
      {answer?.outcome === "preview" && failure === null && (
        <p>
          <Button pending={pending} onClick={() => void send(answer.version)}>
            Take the count over
          </Button>
        </p>
      )}
    </>
  );
}

function summaryOf({ outcome, rows }: ImportAnswer): string {
  const changed = rows.filter(({ outcome: of }) => of === "changed" || of === "new").length;
  if (outcome === "applied") return `Done: ${countText(changed, "row")} changed the stock.`;
  if (outcome === "preview")
    return `${countText(changed, "row")} would change the stock. Nothing was changed yet.`;
  const bad = rows.filter(({ outcome: of }) => of !== "changed" && of !== "unchanged" && of !== "new").length;
  return `${countText(bad, "row")} cannot be done. Mend the file; nothing was changed.`;
}
