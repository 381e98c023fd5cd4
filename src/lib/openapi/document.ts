import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import { ProblemSchema } from "@/contracts/problem";
import { PROBLEMS } from "../http/problem-codes";
import type { Examples, GoodAnswer, Operation } from "./operation";
import { TAGS } from "./operation";
import { operations } from "./operations";
import { REQUIRED, SECURITY_SCHEMES } from "./security";

export type OpenApiDocument = ReturnType<typeof createDocument>;

let made: OpenApiDocument | undefined;

/** The OpenAPI 3.1 document of every route, made once. */
export function openApiDocument(): OpenApiDocument {
  made ??= createDocument(
    {
      openapi: "3.1.1",
      info: {
        title: "Holdfast",
        version: "1",
        description:
          "A storefront that never promises a unit of stock twice. Units are held for a while, and only the database's clock decides: count down from `serverNow`, which stands beside every `expiresAt`. Money is in integer minor units. Every error is `application/problem+json` with a stable `code`; branch on it, never on the text.",
      },
      servers: [{ url: "/" }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths: pathsOf(operations),
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    { override: ({ jsonSchema }) => shorten(jsonSchema) },
  );
  return made;
}

/**
 * Says in one word what zod spells out: the pattern of an instant, and the integers of JavaScript. The pattern of ids
 * stays: it is narrower than the format.
 */
function shorten(schema: { format?: string; pattern?: string; minimum?: number; maximum?: number }): void {
  if (schema.format === "date-time") delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

function pathsOf(all: readonly Operation[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of all) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method]: operationObject(operation) };
  }
  return paths;
}

function operationObject(operation: Operation): ZodOpenApiOperationObject {
  const { id, tag, summary, description, caller, params, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    security: REQUIRED[caller],
    ...(params && { requestParams: params }),
    ...(body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: body.schema, examples: named(body.examples) } },
      },
    }),
    responses: responsesOf(operation),
  };
}

function responsesOf({ answers, problems }: Operation): ZodOpenApiResponsesObject {
  const responses: Record<string, object> = {};
  for (const [status, answer] of Object.entries(answers)) responses[status] = goodResponse(answer);
  for (const status of new Set(problems.map((code) => PROBLEMS[code][0]))) {
    const codes = problems.filter((code) => PROBLEMS[code][0] === status);
    responses[status] = problemResponse(status, codes);
  }
  return responses as ZodOpenApiResponsesObject;
}

function goodResponse({ description, schema, examples }: GoodAnswer) {
  return { description, content: { "application/json": { schema, examples: named(examples) } } };
}

function problemResponse(status: number, codes: readonly (keyof typeof PROBLEMS)[]) {
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}.`).join(" "),
    content: {
      "application/problem+json": {
        schema: ProblemSchema.and(z.looseObject({ status: z.literal(status), code: z.enum(codes) })),
      },
    },
  };
}

function named(examples: Examples) {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}
