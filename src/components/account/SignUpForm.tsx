"use client";

import Link from "next/link";
import { type FormEvent, useState } from "react";
import { accountApi } from "@/contexts/account-api";
import { changeSession } from "@/contexts/session-change";
import { MIN_PASSWORD_LENGTH } from "@/contracts/account";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { AccountNotice } from "./AccountNotice";
import { CodeForm } from "./CodeForm";
import styles from "./forms.module.css";
import { useAccountAction } from "./use-account-action";

/** Makes an account, and confirms its address with the code that was sent. */
export function SignUpForm({ next }: { next: string }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isSent, setSent] = useState(false);
  const { pending, failure, run } = useAccountAction();
  if (isSent) return <CodeForm email={email} next={next} onBack={() => setSent(false)} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(
      () => accountApi.signUp(email, password),
      (answer) => (answer.outcome === "signed_in" ? changeSession(next) : setSent(true)),
    );
  };
  return (
    <>
      <form className={styles.form} onSubmit={submit}>
        <Field
          label="E-mail"
          type="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          autoComplete="username"
          required
        />
        <Field
          label="Password"
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="new-password"
          minLength={MIN_PASSWORD_LENGTH}
          hint={`At least ${MIN_PASSWORD_LENGTH} characters. A few words are easy to keep in mind.`}
          required
        />
        <AccountNotice failure={failure} />
        <Button type="submit" pending={pending}>
          Make an account
        </Button>
      </form>
      <p className={styles.other}>
        You have one? <Link href={`/sign-in?${new URLSearchParams({ next })}`}>Sign in</Link>.
      </p>
    </>
  );
}
