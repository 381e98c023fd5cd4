"use client";

import Link from "next/link";
import { type FormEvent, useState } from "react";
import { accountApi } from "@/contexts/account-api";
import { changeSession } from "@/contexts/session-change";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { AccountNotice } from "./AccountNotice";
import { CodeForm } from "./CodeForm";
import styles from "./forms.module.css";
import { useAccountAction } from "./use-account-action";

/** Signs in with a password, or with a code by e-mail. */
export function SignInForm({ next }: { next: string }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [way, setWay] = useState<"password" | "e-mail">("password");
  const [isSent, setSent] = useState(false);
  const { pending, failure, run } = useAccountAction();
  if (isSent) return <CodeForm email={email} next={next} onBack={() => setSent(false)} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (way === "password") {
      void run(
        () => accountApi.signIn(email, password),
        () => changeSession(next),
      );
    } else {
      void run(
        () => accountApi.requestCode(email),
        () => setSent(true),
      );
    }
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
        {way === "password" && (
          <Field
            label="Password"
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            required
          />
        )}
        <AccountNotice failure={failure} />
        <Button type="submit" pending={pending}>
          {way === "password" ? "Sign in" : "Send me a code"}
        </Button>
        <Button look="quiet" onClick={() => setWay(way === "password" ? "e-mail" : "password")}>
          {way === "password" ? "Use a code by e-mail instead" : "Use a password instead"}
        </Button>
      </form>
      <p className={styles.other}>
        New here? <Link href={`/sign-up?${new URLSearchParams({ next })}`}>Make an account</Link>. You can
        shop without one, too.
      </p>
    </>
  );
}
