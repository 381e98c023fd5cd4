import styles from "./HowHoldsWork.module.css";

const STEPS = [
  {
    title: "You add it, we set it aside",
    words: "The moment a piece is in your cart it is yours to decide on. Nobody else can buy it meanwhile.",
  },
  {
    title: "A clock shows how long",
    words: "15 minutes at first. Need longer? One click keeps it, until its longest time is reached.",
  },
  {
    title: "Then it goes back",
    words: "When the time is up, or you remove it, the piece is free for the next person at once.",
  },
];

export function HowHoldsWork() {
  return (
    <section className={styles.section} aria-labelledby="how-title">
      <h2 id="how-title" className={styles.title}>
        How holding works
      </h2>
      <ol className={styles.steps}>
        {STEPS.map((step) => (
          <li key={step.title}>
            <h3>{step.title}</h3>
            <p>{step.words}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
