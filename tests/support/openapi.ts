import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { openApiDocument } from "@/lib/openapi/document";

// Answers and requests held against the OpenAPI document, as a stranger with nothing but the document would.

export const document = openApiDocument();

export type Method = "get" | "post" | "put" | "delete";
export type Documented = {
  method: Method;
  /** `/api/products/{slug}` */
  path: string;
  operation: NonNullable<ReturnType<typeof operationAt>>;
};

const methods: Method[] = ["get", "post", "put", "delete"];

export const documented: Documented[] = Object.keys(document.paths ?? {}).flatMap((path) =>
  methods.flatMap((method) => {
    const operation = operationAt(path, method);
    return operation ? [{ method, path, operation }] : [];
  }),
);

/** What the document says of a request; `undefined` where it does not know the route or the method. */
export function findDocumented(method: string, path: string): Documented | undefined {
  const fits = documented.filter(
    (one) => one.method === method.toLowerCase() && template(one.path).test(path),
  );
  return fits.find((one) => one.path === path) ?? fits[0];
}

/** What of an answer the document does not say, in sentences. */
export function documentFaults(one: Documented, answer: { status: number; headers: Headers; body: unknown }) {
  const response = one.operation.responses?.[answer.status];
  if (!response || !("content" in response))
    return [`the document does not know its status ${answer.status}`];
  const type = answer.headers.get("content-type") ?? "";
  if (!response.content?.[type]) return [`the document does not know its Content-Type ${type}`];
  const at = ["paths", one.path, one.method, "responses", answer.status, "content", type, "schema"];
  return schemaFaults(at, answer.body);
}

/** What of a body the document refuses. */
export function bodyFaults(one: Documented, body: unknown): string[] {
  return schemaFaults(
    ["paths", one.path, one.method, "requestBody", "content", "application/json", "schema"],
    body,
  );
}

/** Faults of a value by the schema at this place of the document. */
export function schemaFaults(at: readonly (string | number)[], value: unknown): string[] {
  const validate = validatorAt(at.map((part) => encode(String(part))).join("/"));
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `the document refuses ${instancePath || "it"}: ${message}`,
  );
}

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
// Its contract checks it; here it would only be unknown.
ajv.addFormat("base64", true);
ajv.addSchema(document, "openapi");
const validators = new Map<string, ValidateFunction>();

function validatorAt(pointer: string): ValidateFunction {
  const known = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` });
  validators.set(pointer, known);
  return known;
}

function operationAt(path: string, method: Method) {
  return document.paths?.[path]?.[method];
}

const template = (path: string) =>
  new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`);
const encode = (part: string) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
