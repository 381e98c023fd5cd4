"use client";

import { type FormEvent, useState } from "react";
import { accountApi } from "@/contexts/account-api";
import { changeSession } from "@/contexts/session-change";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { AccountNotice } from "./AccountNotice";
import styles from "./forms.module.css";
import { useAccountAction } from "./use-account-action";

const WORD = "erase";

/** Asks twice: it cannot be undone. */
export function EraseAccount() {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const { pending, failure, run } = useAccountAction();
  if (!isOpen) {
    return (
      <Button look="secondary" size="small" onClick={() => setOpen(true)}>
        Erase my account
      </Button>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(accountApi.erase, () => changeSession("/"));
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field
        label={`Type “${WORD}” to go on`}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
        pattern={WORD}
        title={WORD}
        required
        autoFocus
      />
      <AccountNotice failure={failure} />
      <Button type="submit" pending={pending}>
        Erase my account for good
      </Button>
      <Button look="quiet" onClick={() => setOpen(false)}>
        Keep it
      </Button>
    </form>
  );
}
