import Link from "next/link";
import type { ComponentProps } from "react";
import styles from "./Button.module.css";
import linkStyles from "./ButtonLink.module.css";

interface ButtonLinkProps extends ComponentProps<typeof Link> {
  look?: "primary" | "secondary" | "quiet";
  size?: "normal" | "small";
}

/** Looks like a button, and leads somewhere. */
export function ButtonLink({ look = "primary", size = "normal", className = "", ...rest }: ButtonLinkProps) {
  const classes = `${styles.button} ${linkStyles.link} ${className}`;
  return <Link {...rest} className={classes} data-look={look} data-size={size} />;
}
