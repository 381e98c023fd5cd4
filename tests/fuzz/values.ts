import fc from "fast-check";
import { document } from "../support/openapi.ts";

// Values from the shapes of the OpenAPI document, good ones and spoiled ones.

/** As much of JSON Schema as the document uses. */
export type Shape = {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Shape;
  oneOf?: Shape[];
  anyOf?: Shape[];
  properties?: Record<string, Shape>;
  required?: string[];
};

/** Ids that exist, which come into being only when the tests run. */
export type Ids = () => readonly string[];

export const text = fc.string({ unit: "binary", maxLength: 40 });
export const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  text,
  fc.double(),
  fc.bigInt().map(Number),
  fc.constantFrom<unknown>(
    null,
    "",
    "0",
    -1,
    0,
    1e9,
    2 ** 53,
    [],
    {},
    true,
    "__proto__",
    "' or 1=1 --",
    "\0",
  ),
);

/** What the shape allows, mostly with ids that exist. A value is a function: it is made when it is sent. */
export function valuesOf(shape: Shape, ids: Ids): fc.Arbitrary<() => unknown> {
  if (shape.$ref) return valuesOf(resolve(shape.$ref), ids);
  const choices = shape.oneOf ?? shape.anyOf;
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, ids)));
  if (shape.const !== undefined) return fc.constant(() => shape.const);
  if (shape.enum) return fc.constantFrom(...shape.enum).map((value) => () => value);
  switch (shape.type) {
    case "object":
      return objectsOf(shape, ids);
    case "array":
      return listsOf(shape, ids);
    case "integer":
      return integersOf(shape).map((value) => () => value);
    case "string":
      return shape.format === "uuid" ? idsOf(ids) : text.map((value) => () => value);
    default:
      return junk.map((value) => () => value);
  }
}

function objectsOf({ properties = {}, required = [] }: Shape, ids: Ids) {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, valuesOf(field, ids)]),
  );
  return fc
    .record(fields, { requiredKeys: required })
    .map((made) => () => Object.fromEntries(Object.entries(made).map(([name, make]) => [name, make()])));
}

function listsOf({ items = {}, minItems = 0, maxItems = 100 }: Shape, ids: Ids) {
  const few = fc.array(valuesOf(items, ids), { minLength: minItems, maxLength: Math.min(maxItems, 4) });
  const many = fc.array(valuesOf(items, ids), { minLength: maxItems - 1, maxLength: maxItems });
  return fc
    .oneof({ weight: 15, arbitrary: few }, { weight: 1, arbitrary: many })
    .map((made) => () => made.map((make) => make()));
}

function integersOf({ minimum = -(2 ** 31), maximum = 2 ** 31 }: Shape) {
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + 3) }) },
    { weight: 1, arbitrary: fc.integer({ min: minimum, max: maximum }) },
  );
}

/** An id that exists, in small or capital letters, or one that nobody has. */
export function idsOf(ids: Ids): fc.Arbitrary<() => string> {
  const known = fc.nat().map((nth) => () => ids()[nth % ids().length] ?? "");
  return fc.oneof(
    { weight: 8, arbitrary: known },
    { weight: 1, arbitrary: known.map((make) => () => make().toUpperCase()) },
    { weight: 1, arbitrary: fc.uuid({ version: 4 }).map((id) => () => id) },
  );
}

/** The same values with one thing in them replaced, taken away, doubled or added; sometimes more than one. */
export function spoiled(values: fc.Arbitrary<() => unknown>): fc.Arbitrary<() => unknown> {
  const fault = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom("replace", "remove", "add", "repeat"),
    junk,
    name: fc.oneof(fc.constantFrom("shopperId", "__proto__", "constructor", "price", ""), text),
  });
  return fc.tuple(values, fc.array(fault, { minLength: 1, maxLength: 3 })).map(([make, faults]) => () => {
    const whole = { value: structuredClone(make()) };
    // Of its own each time: what is spoiled again while shrinking may not grow into itself.
    for (const one of faults) spoil(whole, { ...one, junk: structuredClone(one.junk) });
    return whole.value;
  });
}

type Fault = { at: number; kind: string; junk: unknown; name: string };

function spoil(whole: object, { at, kind, junk: other, name }: Fault): void {
  const places = [...placesIn(whole)];
  const [parent, key] = places[at % places.length] ?? [whole as Record<string, unknown>, "value"];
  const target = parent[key];
  if (kind === "remove" && parent !== whole) delete parent[key];
  else if (kind === "add" && typeof target === "object" && target !== null) define(target, name, other);
  else if (kind === "repeat" && Array.isArray(target)) target.push(...target);
  else parent[key] = other;
}

/** As JSON.parse does it: `__proto__` becomes a field like any other. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function* placesIn(value: unknown): Generator<[Record<string, unknown>, string]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Record<string, unknown>, key];
    yield* placesIn(inner);
  }
}

function resolve(reference: string): Shape {
  const name = reference.replace("#/components/schemas/", "");
  return document.components?.schemas?.[name] as Shape;
}
