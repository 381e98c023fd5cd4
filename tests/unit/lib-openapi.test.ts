import { globSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { PROBLEMS } from "@/lib/http/problem-codes";
import { operations } from "@/lib/openapi/operations";
import { document, documented, schemaFaults } from "../support/openapi.ts";

const app = join(import.meta.dirname, "..", "..", "src", "app");
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const catchAll = "api/[[...unknown]]/route.ts";

/** `GET /api/products/{slug}` of every method that a route file exports. */
async function exportedRoutes(): Promise<string[]> {
  const files = globSync("api/**/route.ts", { cwd: app }).filter((file) => file !== catchAll);
  const routes = files.map(async (file) => {
    const module: object = await import(join(app, file));
    const path = `/${file.replace(/\/route\.ts$/, "").replaceAll(/\[(\w+)\]/g, "{$1}")}`;
    return methods.filter((method) => method in module).map((method) => `${method} ${path}`);
  });
  return (await Promise.all(routes)).flat().toSorted();
}

describe("the OpenAPI document", () => {
  it("has every route that exists, and no other", async () => {
    const said = documented.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(said.toSorted()).toEqual(await exportedRoutes());
    expect(said.length).toBeGreaterThan(10);
  });

  it("is what the specification calls one", async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it("says of every operation who may call it, what it answers and how it fails", () => {
    for (const { operation, method } of documented) {
      const statuses = Object.keys(operation.responses ?? {});
      expect(operation.security?.length, operation.operationId).toBeGreaterThan(0);
      expect(statuses, operation.operationId).toContain("500");
      expect(statuses.some((status) => status.startsWith("2"))).toBe(true);
      const isSigned = operation.security?.some((one) => "stripeSignature" in one);
      if (method !== "get" && !isSigned) expect(statuses, operation.operationId).toContain("403");
    }
    const ids = documented.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("names every problem code that some route may answer, but for the route that does not exist", () => {
    const said = new Set<string>(operations.flatMap(({ problems }) => [...problems]));
    expect([...said].toSorted()).toEqual(
      Object.keys(PROBLEMS)
        .filter((code) => code !== "route_not_found")
        .toSorted(),
    );
  });

  it("refers to nothing that it does not have", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, name = ""] of references) {
      expect(Object.keys(document.components?.schemas ?? {})).toContain(name);
    }
  });
});

type Content = Record<string, { examples?: Record<string, { value: unknown }> }>;
const contentOf = (of: object) => ("content" in of ? of.content : {}) as Content;

describe("every example is of the shape that stands beside it:", () => {
  const withExamples = documented.flatMap((one) => {
    const at = ["paths", one.path, one.method];
    const { requestBody, responses = {} } = one.operation;
    const body =
      requestBody && "content" in requestBody ? [{ at: [...at, "requestBody"], of: requestBody }] : [];
    const answers = Object.entries(responses).map(([status, of]) => ({
      at: [...at, "responses", status],
      of,
    }));
    return [...body, ...answers].flatMap(({ at, of }) =>
      Object.entries(contentOf(of)).flatMap(([type, { examples = {} }]) =>
        Object.entries(examples).map(([name, example]) => ({
          name: `${at.slice(1).join(" ")} ${name}`,
          at: [...at, "content", type, "schema"],
          value: example.value,
        })),
      ),
    );
  });

  it.each(withExamples)("$name", ({ at, value }) => {
    expect(schemaFaults(at, value)).toEqual([]);
  });

  it("and every operation shows what it takes and what it answers", () => {
    for (const { id, body, answers } of operations) {
      for (const shown of [...Object.values(answers), ...(body ? [body] : [])]) {
        expect(Object.keys(shown.examples), id).not.toHaveLength(0);
      }
    }
  });
});
