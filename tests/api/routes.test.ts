import { expect, test } from "vitest";
import { HealthSchema } from "@/contracts/health";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";

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
