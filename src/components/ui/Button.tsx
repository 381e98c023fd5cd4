import type { ComponentProps, MouseEvent } from "react";
import styles from "./Button.module.css";

export interface ButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  look?: "primary" | "secondary" | "quiet";
  size?: "normal" | "small";
  /** Its work is under way: further presses do nothing. */
  pending?: boolean;
  /** Not usable now. It keeps the focus and stays readable, which the `disabled` attribute would not allow. */
  inactive?: boolean;
}

export function Button({
  look = "primary",
  size = "normal",
  pending = false,
  inactive = false,
  onClick,
  className = "",
  type = "button",
  ...rest
}: ButtonProps) {
  const blocked = pending || inactive;
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (blocked) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      {...rest}
      type={type}
      className={`${styles.button} ${className}`}
      data-look={look}
      data-size={size}
      aria-disabled={blocked || undefined}
      aria-busy={pending || undefined}
      onClick={press}
    />
  );
}
