import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { HoldAnswerSchema } from "@/contracts/reservations";
import { GUEST_COOKIE, signGuest } from "@/lib/http/guest-cookie";
import { bodyOf, type Guest, newGuest, problemOf, RESERVATIONS, storeKeys } from "../support/api-client.ts";
import { createVariant, must } from "../support/shop.ts";
import { useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();

/** The Set-Cookie of a stranger's first hold, taken apart. */
async function firstCookie(headers: Record<string, string> = {}) {
  const variantId = await createVariant(sql, 1);
  const json = { variantId, quantity: 1 };
  const answer = await newGuest().send("POST", RESERVATIONS, { json, headers });
  const [pair = "", ...attributes] = must(answer.headers.getSetCookie()[0]).split("; ");
  return { name: pair.split("=")[0], attributes };
}

async function guestWithHold(): Promise<Guest> {
  const guest = newGuest();
  await guest.hold(await createVariant(sql, 5));
  return guest;
}

test("a stranger's first hold makes a guest, whose cookie scripts and other sites cannot use", async () => {
  const { name, attributes } = await firstCookie();
  expect(name).toBe(GUEST_COOKIE);
  expect(attributes.toSorted()).toEqual(["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"]);
});

test.each([
  ["https", true],
  ["https,http", true],
  ["http", false],
  ["http,https", false],
])("behind a proxy that was asked by %s the cookie is Secure: %s", async (scheme, isSecure) => {
  const { attributes } = await firstCookie({ "x-forwarded-proto": scheme });
  expect(attributes.includes("Secure")).toBe(isSecure);
});

test("a guest keeps the cookie: the next hold sets none", async () => {
  const guest = await guestWithHold();
  const answer = await guest.reserve(await createVariant(sql, 1));
  expect(answer.status).toBe(201);
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test("two browsers with one cookie share one cart", async () => {
  const here = await guestWithHold();
  const there = newGuest({ cookie: here.cookie });
  const { reservation } = await there.hold(await createVariant(sql, 1));
  const [cartHere, cartThere] = [await here.cart(), await there.cart()];
  expect(cartHere.cartVersion).toBe(cartThere.cartVersion);
  expect(cartHere.lines).toEqual(cartThere.lines);
  expect(cartHere.lines.map((line) => line.reservationId)).toContain(reservation.reservationId);
});

test("two strangers are two guests", async () => {
  const [one, other] = [await guestWithHold(), await guestWithHold()];
  expect(one.shopperId()).not.toBe(other.shopperId());
});

test("a stranger whose first wish is refused stays a stranger, and the next wish works", async () => {
  const stranger = newGuest();
  problemOf(await stranger.reserve(await createVariant(sql, 0)), "insufficient_stock");
  expect(stranger.cookie).toBeNull();
  await stranger.hold(await createVariant(sql, 1));
  expect((await stranger.cart()).totalQuantity).toBe(1);
});

test("a guest whose wish is refused stays the same guest", async () => {
  const guest = await guestWithHold();
  const { cookie } = guest;
  problemOf(await guest.reserve(await createVariant(sql, 0)), "insufficient_stock");
  expect(guest.cookie).toBe(cookie);
  expect((await guest.cart()).totalQuantity).toBe(1);
});

const hmac = (text: string) =>
  createHmac("sha256", storeKeys().guestCookieSecret).update(text).digest("base64url");
const replaced = (text: string, at: number) =>
  `${text.slice(0, at)}${text[at] === "a" ? "b" : "a"}${text.slice(at + 1)}`;

describe("a cookie", () => {
  test.each<[string, (cookie: string, id: string) => string]>([
    ["with another id", (cookie) => replaced(cookie, 5)],
    ["with another signature", (cookie) => replaced(cookie, 40)],
    ["that is cut off", (cookie) => cookie.slice(0, -1)],
    ["with something behind it", (cookie) => `${cookie}a`],
    ["without its signature", (cookie) => cookie.slice(0, 35)],
    ["with an empty signature", (cookie) => cookie.slice(0, 35).concat(".")],
    ["signed with another secret", (_, id) => signGuest(id, "x".repeat(64))],
    ["of another version, signed as ours", (_, id) => `2.${id}.${hmac(`guest:1:${id}`)}`],
    ["of another version, signed as its own", (_, id) => `2.${id}.${hmac(`guest:2:${id}`)}`],
    ["with a signature for another use", (_, id) => `1.${id}.${hmac(id)}`],
    ["with its id in capitals", (_, id) => `1.${id.toUpperCase()}.${hmac(`guest:1:${id.toUpperCase()}`)}`],
    ["that is the bare id", (_, id) => id],
    ["that is empty", () => ""],
    ["that is long", (cookie) => cookie.repeat(30)],
  ])("%s is nobody's: it opens no cart, and a hold with it makes a new guest", async (_, forge) => {
    const victim = await guestWithHold();
    const id = victim.shopperId().replaceAll("-", "");
    const cookie = forge(must(victim.cookie), id);
    const forger = newGuest({ cookie });
    expect((await forger.cart()).lines).toEqual([]);
    const [line] = (await victim.cart()).lines;
    const { reservationId } = must(line);
    problemOf(await forger.change({ action: "extend", reservationId }), "reservation_not_found");
    expect((await forger.release("all=true")).body).toMatchObject({ released: 0 });
    const answer = await forger.reserve(await createVariant(sql, 1));
    bodyOf(answer, 201, HoldAnswerSchema);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(forger.shopperId()).not.toBe(victim.shopperId());
    expect((await victim.cart()).lines).toEqual([line]);
  });

  test("that was signed by the store with the same secret is its guest's (the forgeries are near misses)", async () => {
    const victim = await guestWithHold();
    const id = victim.shopperId().replaceAll("-", "");
    const twin = newGuest({ cookie: `1.${id}.${hmac(`guest:1:${id}`)}` });
    expect((await twin.cart()).lines).toHaveLength(1);
  });
});
