import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInForm } from "@/components/account/SignInForm";
import { nextPath } from "@/domain/next-path";
import { userOfPage } from "@/lib/auth/user-of-page";
import styles from "../account/page.module.css";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export default async function Page({ searchParams }: Props) {
  const next = nextPath((await searchParams).next);
  if (await userOfPage()) redirect(next);
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>Sign in</h1>
      <SignInForm next={next} />
    </div>
  );
}
