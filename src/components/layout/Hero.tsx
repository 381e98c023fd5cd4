import { Picture } from "../ui/Picture";
import styles from "./Hero.module.css";

export function Hero() {
  return (
    <section className={styles.hero} aria-labelledby="hero-title">
      <div className={styles.words}>
        <h1 id="hero-title" className={styles.title}>
          Made in small numbers, held while you think.
        </h1>
        <p className={styles.lead}>
          Stoneware, prints and wool from a workshop by the sea. What you put in your cart is set aside for
          you for 15 minutes, and nobody else can take it.
        </p>
      </div>
      <Picture
        className={styles.picture}
        src="/holdfast.svg"
        alt="Kelp rising from a rock that its holdfast grips, in green water under a low sun"
        width={1200}
        height={1000}
        loading="eager"
      />
    </section>
  );
}
