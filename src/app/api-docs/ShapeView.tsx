import { nameOf, rangeOf, type Shape, wordsOf } from "@/lib/openapi/shape";
import styles from "./page.module.css";

/** A shape as fields, as a choice, or in a few words. */
export function ShapeView({ shape }: { shape: Shape }) {
  const choices = shape.oneOf ?? shape.anyOf;
  if (choices && !choices.some(({ type }) => type === "null")) return <Choices choices={choices} />;
  if (shape.properties) return <Fields shape={shape} />;
  return (
    <p>
      <Kind shape={shape} />
    </p>
  );
}

function Choices({ choices }: { choices: Shape[] }) {
  return (
    <>
      <p className={styles.faint}>One of</p>
      <ul className={styles.choices}>
        {choices.map((choice) => (
          <li key={JSON.stringify(choice)}>
            <ShapeView shape={choice} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Fields({ shape: { properties = {}, required = [] } }: { shape: Shape }) {
  return (
    <dl className={styles.fields}>
      {Object.entries(properties).map(([name, field]) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
            {!required.includes(name) && <span className={styles.faint}> optional</span>}
          </dt>
          <dd>
            <Kind shape={field} />
            <Inner shape={field} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The fields of an object without a name of its own, or of a list of such. */
function Inner({ shape }: { shape: Shape }) {
  const inner = shape.items ?? shape;
  return inner.properties ? <Fields shape={inner} /> : null;
}

function Kind({ shape }: { shape: Shape }) {
  const { $ref, items, anyOf, oneOf, minItems, maxItems } = shape;
  if ($ref) return <a href={`#${nameOf($ref)}`}>{nameOf($ref)}</a>;
  if (items) {
    const range = rangeOf(minItems, maxItems);
    return (
      <>
        list of {range && `${range} `}
        {items.properties ? "" : <Kind shape={items} />}
      </>
    );
  }
  const choices = anyOf ?? oneOf;
  if (choices) {
    return choices.map((choice, at) => (
      <span key={JSON.stringify(choice)}>
        {at > 0 && " or "}
        <Kind shape={choice} />
      </span>
    ));
  }
  if (shape.properties) return null;
  const standard = shape.default === undefined ? "" : `, ${JSON.stringify(shape.default)} when left out`;
  return <span>{wordsOf(shape) + standard}</span>;
}
