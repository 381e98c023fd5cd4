import { PROBLEMS } from "@/lib/http/problem-codes";
import type { Caller, Examples, Operation } from "@/lib/openapi/operation";
import { shapesOf, wordsOf } from "@/lib/openapi/shape";
import { Prose } from "./Prose";
import styles from "./page.module.css";
import { ShapeView } from "./ShapeView";

const CALLERS: Record<Caller, string> = {
  anyone: "Everybody.",
  shopper: "Everybody, for themselves: a signed-in user, a guest by their cookie, or a stranger.",
  user: "A signed-in user.",
  admin: "A signed-in admin.",
  stripe: "Stripe, by its signature of the body.",
  cron: "Whoever shows the cron secret as a bearer.",
  admin_or_cron: "A signed-in admin, or whoever shows the cron secret as a bearer.",
};

/** One method of one route. */
export function OperationView({ operation }: { operation: Operation }) {
  const { id, method, path, summary, description, caller, body, answers } = operation;
  const shapes = shapesOf(path, method);
  return (
    <article id={id} className={styles.operation}>
      <h3 className={styles.route}>
        <code className={styles.method}>{method.toUpperCase()}</code> <code>{path}</code>
      </h3>
      <p className={styles.summary}>{summary}</p>
      {description && (
        <p>
          <Prose text={description} />
        </p>
      )}
      <h4>Who may ask</h4>
      <p>{CALLERS[caller]}</p>
      {shapes.parameters.length > 0 && (
        <>
          <h4>Parameters</h4>
          <dl className={styles.fields}>
            {shapes.parameters.map(({ name, in: place, required, description: meaning, schema }) => (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                  <span className={styles.faint}>
                    {required ? ` in the ${place}` : ` in the ${place}, optional`}
                  </span>
                </dt>
                <dd>{meaning ?? (schema && wordsOf(schema))}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {body && (
        <>
          <h4>Body</h4>
          {shapes.body && <ShapeView shape={shapes.body} />}
          <ExampleList examples={body.examples} />
        </>
      )}
      {Object.entries(answers).map(([status, answer]) => {
        const shape = shapes.answer(status);
        return (
          <section key={status}>
            <h4>Answer {status}</h4>
            <p>
              <Prose text={answer.description} />
            </p>
            {shape && <ShapeView shape={shape} />}
            <ExampleList examples={answer.examples} />
          </section>
        );
      })}
      <ProblemList operation={operation} />
    </article>
  );
}

function ExampleList({ examples }: { examples: Examples }) {
  return Object.entries(examples).map(([name, value]) => (
    <details key={name} className={styles.example}>
      <summary>Example: {name.replaceAll("_", " ")}</summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  ));
}

function ProblemList({ operation: { problems } }: { operation: Operation }) {
  const sorted = problems.toSorted((one, other) => PROBLEMS[one][0] - PROBLEMS[other][0]);
  return (
    <>
      <h4>Problems</h4>
      <ul className={styles.problems}>
        {sorted.map((code) => (
          <li key={code}>
            <span>{PROBLEMS[code][0]}</span> <code>{code}</code> <span>{PROBLEMS[code][1]}.</span>
          </li>
        ))}
      </ul>
    </>
  );
}
