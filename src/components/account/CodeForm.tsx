"use client";

import { type FormEvent, useState } from "react";
import { accountApi } from "@/contexts/account-api";
import { changeSession } from "@/contexts/session-change";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { AccountNotice } from "./AccountNotice";
import styles from "./forms.module.css";
import { useAccountAction } from "./use-account-action";

/** The second step of signing in by e-mail and of signing up: the code that was sent. */
export function CodeForm({ email, next, onBack }: { email: string; next: string; onBack: () => void }) {
  const [code, setCode] = useState("");
  const { pending, failure, run } = useAccountAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(
      () => accountApi.verifyCode(email, code.trim()),
      () => changeSession(next),
    );
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <p role="status">
        If <strong>{email}</strong> is an address that we know, a code is on its way to it. It can take a
        minute.
      </p>
      <Field
        label="Code"
        value={code}
        onChange={(event) => setCode(event.target.value)}
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="\s*\d{6,10}\s*"
        title="The digits from the e-mail"
        required
        autoFocus
      />
      <AccountNotice failure={failure} />
      <Button type="submit" pending={pending}>
        Sign in
      </Button>
      <Button look="quiet" onClick={onBack}>
        Use another address
      </Button>
    </form>
  );
}
