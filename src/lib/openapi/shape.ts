import { openApiDocument } from "./document";

/** As much of JSON Schema as our contracts come to. */
export type Shape = {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  pattern?: string;
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

/** The shapes that have a name, as [name, shape]. */
export function namedShapes(): [string, Shape][] {
  return Object.entries((openApiDocument().components?.schemas ?? {}) as Record<string, Shape>);
}

type Content = Record<string, { schema?: Shape }>;
type Described = {
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Shape }[];
  requestBody?: { content: Content };
  responses?: Record<string, { content?: Content }>;
};

/** What an operation takes and answers, as the document says it. */
export function shapesOf(path: string, method: "get" | "post" | "put" | "delete") {
  const operation = (openApiDocument().paths?.[path]?.[method] ?? {}) as Described;
  return {
    parameters: operation.parameters ?? [],
    body: operation.requestBody?.content["application/json"]?.schema,
    answer: (status: string) => operation.responses?.[status]?.content?.["application/json"]?.schema,
  };
}

/** Where a reference points: the shape's name. */
export const nameOf = (reference: string): string => reference.replace("#/components/schemas/", "");

/** A shape without a name or fields in a few words: `uuid`, `integer, 1 to 1000`. */
export function wordsOf(shape: Shape): string {
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum) return shape.enum.map((value) => JSON.stringify(value)).join(" | ");
  const bounds = rangeOf(shape.minimum, shape.maximum);
  return `${shape.format ?? shape.type ?? "anything"}${bounds && `, ${bounds}`}`;
}

/** `1 to 100`, `at least 1`, or nothing. */
export function rangeOf(from: number | undefined, to: number | undefined): string {
  if (from !== undefined && to !== undefined) return `${from} to ${to}`;
  if (from !== undefined) return `at least ${from}`;
  return to === undefined ? "" : `at most ${to}`;
}
