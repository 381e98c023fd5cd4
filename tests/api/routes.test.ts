import { expect, test } from "vitest";
import { HealthSchema } from "@/contracts/health";
import { bodyOf, newGuest, problemOf, RESERVATIONS } from "../support/api-client.ts";
import { storeUrl } from "../support/store.ts";

const anyone = newGuest();

test("a store that reaches its database is healthy", async () => {
  const health = bodyOf(await anyone.get("/api/health"), 200, HealthSchema);
  expect(health).toMatchObject({ status: "ok", checks: { database: "ok" } });
});

test.each(["GET", "POST", "PUT", "PATCH", "DELETE"])(
  "%s of a route that does not exist is a problem, not a page",
  async (method) => {
    for (const path of [
      "/api",
      "/api/nothing",
      "/api/stock",
      "/api/products/a/b",
      "/api/stock/reservations/1",
    ]) {
      problemOf(await anyone.send(method, path), "route_not_found");
    }
  },
);

test.each([
  ["POST", "/api/products"],
  ["DELETE", "/api/products/lighthouse-mug"],
  ["PUT", "/api/stock/availability"],
  ["PATCH", RESERVATIONS],
  ["DELETE", "/api/health"],
])(
  "%s %s is a method that the route does not have: refused by the framework, in silence",
  async (method, path) => {
    const response = await fetch(`${storeUrl()}${path}`, { method });
    expect(response.status).toBe(405);
    expect(await response.text()).toBe("");
    expect(response.headers.getSetCookie()).toEqual([]);
  },
);

test.each(["/api/products", RESERVATIONS, "/api/health", "/api/nothing"])(
  "HEAD of %s answers the headers of GET and nothing else",
  async (path) => {
    const [head, get] = await Promise.all(
      ["HEAD", "GET"].map((method) => fetch(`${storeUrl()}${path}`, { method })),
    );
    for (const name of ["content-type", "cache-control"]) {
      expect(head?.headers.get(name)).toBe(get?.headers.get(name));
    }
    expect(head?.status).toBe(get?.status);
    expect(await head?.text()).toBe("");
  },
);
