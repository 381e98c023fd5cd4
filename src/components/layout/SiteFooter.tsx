import styles from "./SiteFooter.module.css";

export function SiteFooter() {
  return (
    <footer className={styles.footer}>
      <div className={styles.inner}>
        <p className={styles.word}>
          <em>Holdfast</em>, noun: the root‑like anchor by which kelp holds on to rock.
        </p>
        <p>A small maker’s shop by the sea. Every edition is limited, and no piece is promised twice.</p>
      </div>
    </footer>
  );
}
