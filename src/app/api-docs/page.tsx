import type { Metadata } from "next";
import { openApiDocument } from "@/lib/openapi/document";
import { TAGS } from "@/lib/openapi/operation";
import { operations } from "@/lib/openapi/operations";
import { namedShapes } from "@/lib/openapi/shape";
import { OperationView } from "./OperationView";
import { Prose } from "./Prose";
import styles from "./page.module.css";
import { ShapeView } from "./ShapeView";

export const metadata: Metadata = {
  title: "The API",
  description: "Every route of the shop, made of the schemas by which the routes parse and answer.",
};

/** The OpenAPI document for people: the same operations, without a script. */
export default function ApiDocsPage() {
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>The API</h1>
      <p className={styles.lead}>
        <Prose text={openApiDocument().info.description ?? ""} />
      </p>
      <p>
        For programs: <a href="/api/openapi.json">openapi.json</a>
      </p>
      <nav aria-label="Routes" className={styles.contents}>
        <ul>
          {operations.map(({ id, method, path, summary }) => (
            <li key={id}>
              <a href={`#${id}`}>
                <code>
                  {method.toUpperCase()} {path}
                </code>
                <span>{summary}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {Object.entries(TAGS).map(([tag, meaning]) => (
        <section key={tag} className={styles.section}>
          <h2>{tag}</h2>
          <p>{meaning}</p>
          {operations
            .filter((operation) => operation.tag === tag)
            .map((operation) => (
              <OperationView key={operation.id} operation={operation} />
            ))}
        </section>
      ))}
      <section className={styles.section}>
        <h2>Shapes</h2>
        {namedShapes().map(([name, shape]) => (
          <article key={name} id={name} className={styles.operation}>
            <h3>{name}</h3>
            <ShapeView shape={shape} />
          </article>
        ))}
      </section>
    </div>
  );
}
