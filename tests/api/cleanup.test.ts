import { describe, expect, test } from "vitest";
import { CleanupAnswerSchema } from "@/contracts/cleanup";
import { bodyOf, newGuest, problemOf, storeKeys } from "../support/api-client.ts";
import { createVariant, rowOf, stockOf } from "../support/shop.ts";
import { fingerprint, giveBackAll, lapse, useShopFloor } from "./shop-floor.ts";
import { bearer } from "./wishes.ts";

const sql = useShopFloor();
// What they answer to whoever shows no bearer; the first lets an admin in as well.
const ways = [
  ["POST", "/api/stock/reservations/cleanup", "sign_in_required"],
  ["GET", "/api/cron/cleanup-reservations", "cron_secret_required"],
] as const;

const anyone = newGuest();

/** A hold that has lapsed, and nothing else that a sweep would find. */
async function lapsed(quantity = 2) {
  await anyone.send("GET", ways[1][1], { headers: bearer(storeKeys().cronSecret) });
  const variantId = await createVariant(sql, 5);
  const { reservation } = await newGuest().hold(variantId, quantity);
  await lapse(sql, reservation.reservationId);
  return { variantId, reservationId: reservation.reservationId };
}

describe.each(ways)("%s %s", (method, path, withoutBearer) => {
  const ask = (headers: Record<string, string>) => anyone.send(method, path, { headers });

  test("sweeps for whoever shows the secret, says what it did, and leaves a row of it", async () => {
    await giveBackAll(sql);
    const { variantId, reservationId } = await lapsed();
    const [before] = await sql`select count(*)::int as runs from sweep_runs`;
    const body = bodyOf(await ask(bearer(storeKeys().cronSecret)), 200, CleanupAnswerSchema);
    expect(body).toMatchObject({ expired: 1, units: 2, batches: 1, more: false });
    expect((await rowOf(sql, reservationId)).status).toBe("expired");
    expect(await stockOf(sql, variantId)).toEqual({ on_hand: 5, reserved: 0 });
    const [after] = await sql`select count(*)::int as runs from sweep_runs`;
    expect(after?.runs).toBe(before?.runs + 1);
    const again = bodyOf(await ask(bearer(storeKeys().cronSecret)), 200, CleanupAnswerSchema);
    expect(again).toMatchObject({ expired: 0, units: 0 });
  });

  test("takes the scheme in any case", async () => {
    const answer = await ask({ authorization: `bearer ${storeKeys().cronSecret}` });
    expect(answer.status).toBe(200);
  });

  test.each<[string, () => Record<string, string>]>([
    ["nothing", () => ({})],
    ["an empty header", () => ({ authorization: "" })],
    ["an empty bearer", () => ({ authorization: "Bearer " })],
    ["another secret", () => bearer("x".repeat(32))],
    ["the beginning of the secret", () => bearer(storeKeys().cronSecret.slice(0, -1))],
    ["more than the secret", () => bearer(`${storeKeys().cronSecret}x`)],
    ["the secret in capitals", () => bearer(storeKeys().cronSecret.toUpperCase())],
    ["the secret without its scheme", () => ({ authorization: storeKeys().cronSecret })],
    ["the secret as Basic", () => ({ authorization: `Basic ${btoa(storeKeys().cronSecret)}` })],
    ["the word undefined", () => bearer("undefined")],
    ["another key of the store", () => bearer(storeKeys().secretKey)],
  ])("refuses whoever shows %s, and sweeps nothing", async (_, headers) => {
    const { reservationId } = await lapsed();
    const before = await fingerprint(sql);
    const hasBearer = /^bearer ./i.test(headers().authorization?.trim() ?? "");
    problemOf(await ask(headers()), hasBearer ? "cron_secret_required" : withoutBearer);
    expect(await fingerprint(sql)).toEqual(before);
    expect((await rowOf(sql, reservationId)).status).toBe("active");
  });

  test("does not take the secret from the address", async () => {
    const secret = encodeURIComponent(storeKeys().cronSecret);
    for (const query of [`secret=${secret}`, `CRON_SECRET=${secret}`, `token=${secret}`]) {
      problemOf(await anyone.send(method, `${path}?${query}`), withoutBearer);
    }
  });
});

test("a program with the secret is not asked where it comes from, one without is", async () => {
  const [method, path] = ways[0];
  const origin = "https://scheduler.example";
  const headers = { ...bearer(storeKeys().cronSecret), origin };
  expect((await anyone.send(method, path, { headers })).status).toBe(200);
  problemOf(await anyone.send(method, path, { headers: { origin } }), "foreign_origin");
});

test("a bearer is no way around the refusal of other sites where none is asked for", async () => {
  const headers = { ...bearer(storeKeys().cronSecret), origin: "https://evil.example" };
  problemOf(await anyone.send("DELETE", "/api/stock/reservations?all=true", { headers }), "foreign_origin");
});
