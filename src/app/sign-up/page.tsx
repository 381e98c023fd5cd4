import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignUpForm } from "@/components/account/SignUpForm";
import { nextPath } from "@/domain/next-path";
import { userOfPage } from "@/lib/auth/user-of-page";
import styles from "../account/page.module.css";

export const metadata: Metadata = { title: "Make an account" };

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export default async function Page({ searchParams }: Props) {
  const next = nextPath((await searchParams).next);
  if (await userOfPage()) redirect(next);
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>Make an account</h1>
      <SignUpForm next={next} />
    </div>
  );
}
