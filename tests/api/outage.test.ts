import { afterEach, describe, expect, test } from "vitest";
import { HealthSchema } from "@/contracts/health";
import { type Guest, newGuest, problemOf, RESERVATIONS, storeKeys } from "../support/api-client.ts";
import { createVariant, must, stockOf } from "../support/shop.ts";
import { useSecondStore } from "./second-store.ts";
import { unknownId, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();
const store = useSecondStore();
const { gateway } = store;

afterEach(() => gateway.open());

const guestOfSecondStore = () => newGuest({ baseUrl: store.url });

/** Every way to ask for something that only the database knows. */
const askings: [string, (guest: Guest, reservationId: string) => ReturnType<Guest["get"]>][] = [
  ["the catalogue", (guest) => guest.get("/api/products")],
  ["a product", (guest) => guest.get("/api/products/lighthouse-mug")],
  ["availability", (guest) => guest.get(`/api/stock/availability?variantIds=${unknownId()}`)],
  ["the cart", (guest) => guest.get(RESERVATIONS)],
  ["a hold", (guest) => guest.reserve(unknownId())],
  ["more time", (guest, reservationId) => guest.change({ action: "extend", reservationId })],
  [
    "a quantity",
    (guest, reservationId) => guest.change({ action: "set_quantity", reservationId, quantity: 2 }),
  ],
  ["a release", (guest, reservationId) => guest.release(`reservationId=${reservationId}`)],
  ["a stranger's release", () => guestOfSecondStore().release("all=true")],
];

async function holder() {
  const variantId = await createVariant(sql, 5);
  const guest = guestOfSecondStore();
  const { reservation } = await guest.hold(variantId);
  return { variantId, guest, reservationId: reservation.reservationId };
}

describe("while the database cannot be reached", () => {
  test.each(askings)(
    "%s is refused for now, after one attempt or two, and works again afterwards",
    async (what, ask) => {
      const { guest, reservationId } = await holder();
      const hangUp = () => gateway.hangUp();
      for (const fail of [() => gateway.close(), hangUp, () => gateway.answer(503, "{}")]) {
        await fail();
        gateway.countRequests();
        problemOf(await ask(guest, reservationId), "database_unavailable");
        // A connection that broke may be a single bad one, and all but a hold is idempotent. Of a database that is down nothing more is asked.
        const most = fail === hangUp && what !== "a hold" ? 2 : 1;
        expect(gateway.countRequests(), "attempts of one request").toBeLessThanOrEqual(most);
      }
      await gateway.open();
      expect((await ask(guest, reservationId)).status).toBeLessThan(500);
    },
  );

  test("no hold is lost and none is made", async () => {
    const { variantId, guest, reservationId } = await holder();
    await gateway.close();
    problemOf(await guest.reserve(variantId, 2), "database_unavailable");
    problemOf(await guest.release("all=true"), "database_unavailable");
    await gateway.open();
    expect((await guest.cart()).lines).toMatchObject([{ reservationId, quantity: 1 }]);
    expect(await stockOf(sql, variantId)).toEqual({ on_hand: 5, reserved: 1 });
  });

  test("a stranger gets no cookie for a hold that did not happen", async () => {
    await gateway.close();
    const stranger = guestOfSecondStore();
    problemOf(await stranger.reserve(unknownId()), "database_unavailable");
    expect(stranger.cookie).toBeNull();
  });

  test("the store says that it is not healthy, and recovers", async () => {
    const anyone = guestOfSecondStore();
    await gateway.close();
    const down = await anyone.get("/api/health");
    expect(down.status).toBe(503);
    expect(HealthSchema.parse(down.body)).toMatchObject({
      status: "unavailable",
      checks: { database: "unavailable" },
    });
    await gateway.open();
    expect((await anyone.get("/api/health")).body).toMatchObject({ status: "ok" });
  });

  test("what is wrong with the request is still said", async () => {
    await gateway.close();
    const anyone = guestOfSecondStore();
    problemOf(await anyone.reserve("shirt"), "validation_failed");
    problemOf(await anyone.get("/api/nothing"), "route_not_found");
  });
});

test("a lock that is not given in time is a refusal for now, and nothing was changed", async () => {
  const variantId = await createVariant(sql, 5);
  const guest = newGuest();
  await sql.begin(async (tx) => {
    await tx`select 1 from stock_levels where variant_id = ${variantId} for update`;
    problemOf(await guest.reserve(variantId), "database_unavailable");
  });
  expect(guest.cookie).toBeNull();
  expect(await stockOf(sql, variantId)).toMatchObject({ reserved: 0 });
  await guest.hold(variantId);
});

describe("an answer of the database that nobody foresaw", () => {
  const error = (code: string, message: string) =>
    JSON.stringify({ code, message, details: "select * from store_settings", hint: storeKeys().secretKey });

  test.each<[string, number, () => string]>([
    ["an error of SQL", 400, () => error("42P01", 'relation "public.reservations" does not exist')],
    ["a broken invariant", 400, () => error("23514", "stock_levels_reserved_within_on_hand")],
    ["our own HF001", 400, () => error("HF001", "invalid_request: p_requests")],
    ["a wrong key", 401, () => error("PGRST301", "JWT expired")],
    ["an error of the server", 500, () => error("XX000", "PANIC at Object.run (/src/lib/x.ts:1)")],
    ["a page of some proxy", 500, () => "<html>nginx at 127.0.0.1</html>"],
    ["success of another shape", 200, () => JSON.stringify({ password: "postgres" })],
    ["success with nothing in it", 200, () => "null"],
  ])("(%s) is masked, and found in the log by the request's id", async (_, status, body) => {
    const { guest, reservationId } = await holder();
    await gateway.answer(status, body());
    for (const [, ask] of askings.slice(1)) {
      const answer = await ask(guest, reservationId);
      const { requestId, ...rest } = problemOf(answer, "internal_error");
      expect(Object.keys(rest).toSorted()).toEqual(["code", "status", "title", "type"]);
      const line = must(
        store
          .log()
          .split("\n")
          .find((text) => text.includes(requestId)),
      );
      expect(JSON.parse(line)).toMatchObject({ level: "error", event: "internal_error" });
      expect(line).not.toContain(storeKeys().secretKey);
    }
  });
});
