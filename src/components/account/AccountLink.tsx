import Link from "next/link";
import { Icon } from "../ui/Icon";
import styles from "./AccountLink.module.css";

/** Who is signed in, or the way in. */
export function AccountLink({ email }: { email: string | null }) {
  // No prefetch: what the way in shows depends on who is here when it is taken.
  return (
    <Link
      href={email === null ? "/sign-in" : "/account"}
      prefetch={false}
      className={styles.link}
      aria-label={email === null ? "Sign in" : `Your account, ${email}`}
    >
      <Icon name="person" />
      <span className={styles.name}>{email === null ? "Sign in" : email.split("@")[0]}</span>
    </Link>
  );
}
