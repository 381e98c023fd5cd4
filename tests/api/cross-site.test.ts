import { describe, expect, test } from "vitest";
import { newGuest, problemOf, RESERVATIONS } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { storeUrl } from "../support/store.ts";
import { fingerprint, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();

const foreign: [string, () => Record<string, string>][] = [
  ["a foreign Origin", () => ({ origin: "https://evil.example" })],
  ["the Origin null", () => ({ origin: "null" })],
  ["an empty Origin", () => ({ origin: "" })],
  ["an Origin that is no URL", () => ({ origin: "evil" })],
  ["our host on another port", () => ({ origin: "http://localhost:1" })],
  ["a host that only begins like ours", () => ({ origin: `${storeUrl()}.evil.example` })],
  ["a host below ours", () => ({ origin: storeUrl().replace("://", "://shop.") })],
  ["two origins", () => ({ origin: `${storeUrl()} https://evil.example` })],
  ["Sec-Fetch-Site cross-site", () => ({ "sec-fetch-site": "cross-site" })],
  ["our Origin, sent cross-site", () => ({ origin: storeUrl(), "sec-fetch-site": "cross-site" })],
];

const own: [string, () => Record<string, string>][] = [
  ["our own Origin", () => ({ origin: storeUrl() })],
  ["our own Origin, as a browser sends it", () => ({ origin: storeUrl(), "sec-fetch-site": "same-origin" })],
  ["neither of the headers", () => ({})],
  ["Sec-Fetch-Site none", () => ({ "sec-fetch-site": "none" })],
  [
    "the Origin of the host that a proxy was asked for",
    () => ({ origin: "https://shop.example", "x-forwarded-host": "shop.example" }),
  ],
];

async function everyChange(headers: Record<string, string>) {
  const guest = newGuest();
  const variantId = await createVariant(sql, 5);
  const { reservation } = await guest.hold(variantId);
  const { reservationId } = reservation;
  const before = await fingerprint(sql);
  const post = await guest.send("POST", RESERVATIONS, { json: { variantId, quantity: 1 }, headers });
  const json = { action: "set_quantity", reservationId, quantity: 3 };
  const put = await guest.send("PUT", RESERVATIONS, { json, headers });
  const del = await guest.send("DELETE", `${RESERVATIONS}?all=true`, { headers });
  return {
    answers: [post, put, del],
    isUnchanged: JSON.stringify(before) === JSON.stringify(await fingerprint(sql)),
  };
}

describe("a change that comes with", () => {
  test.each(foreign)("%s is refused, and nothing changes", async (_, headers) => {
    const { answers, isUnchanged } = await everyChange(headers());
    for (const answer of answers) problemOf(answer, "foreign_origin");
    expect(isUnchanged).toBe(true);
  });

  test.each(own)("%s is done", async (_, headers) => {
    const { answers, isUnchanged } = await everyChange(headers());
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200]);
    expect(isUnchanged).toBe(false);
  });
});

test("a refusal of another site comes before the body is looked at, and on unknown routes too", async () => {
  const headers = { origin: "https://evil.example", "content-type": "text/plain" };
  problemOf(await newGuest().send("POST", RESERVATIONS, { body: "x", headers }), "foreign_origin");
  problemOf(await newGuest().send("PATCH", "/api/nothing", { headers }), "foreign_origin");
});

test.each(foreign)("reading with %s is nobody's harm", async (_, headers) => {
  for (const path of ["/api/products", RESERVATIONS, "/api/health"]) {
    expect((await newGuest().send("GET", path, { headers: headers() })).status).toBe(200);
  }
});
