import { afterEach, describe, expect, test } from "vitest";
import { HoldAnswerSchema, ReleaseAnswerSchema } from "@/contracts/reservations";
import { type Answer, bodyOf, type Guest, newGuest, problemOf, RESERVATIONS } from "../support/api-client.ts";
import { createVariant, must, stockOf } from "../support/shop.ts";
import { useSecondStore } from "./second-store.ts";
import { fingerprint, lapse, unknownId, useShopFloor } from "./shop-floor.ts";

// The same key is the same wish. What is done once, and kept, the tests of the database say in full.

const sql = useShopFloor();
const store = useSecondStore();
afterEach(() => store.gateway.open());

const BULK = `${RESERVATIONS}/bulk`;

/** A guest whose cookie is there before anything is held, as our browser client sees to. */
async function newShopper(baseUrl?: string): Promise<Guest> {
  const guest = newGuest(baseUrl === undefined ? {} : { baseUrl });
  await guest.get("/api/session");
  return guest;
}
const withKey = (key: string) => ({ headers: { "idempotency-key": key } });
const hold = (guest: Guest, key: string, variantId: string, quantity = 1) =>
  guest.send("POST", RESERVATIONS, { json: { variantId, quantity }, ...withKey(key) });
const reserved = async (variantId: string) => (await stockOf(sql, variantId)).reserved;

/** An answer but for the clock, and how it came. */
function told({ status, body }: Answer) {
  const { serverNow: _, requestId: __, ...rest } = body as Record<string, unknown>;
  return { status, rest };
}
const nowOf = ({ body }: Answer) => (body as { serverNow: string }).serverNow;

type Change = [
  what: string,
  ask: (guest: Guest, key: string, variantId: string, id: string) => Promise<Answer>,
];
const changes: Change[] = [
  ["POST", (guest, key, variantId) => hold(guest, key, variantId)],
  [
    "PUT, a quantity",
    (guest, key, _, reservationId) =>
      guest.send("PUT", RESERVATIONS, {
        json: { action: "set_quantity", reservationId, quantity: 4 },
        ...withKey(key),
      }),
  ],
  [
    "PUT, more time",
    (guest, key, _, reservationId) =>
      guest.send("PUT", RESERVATIONS, { json: { action: "extend", reservationId }, ...withKey(key) }),
  ],
  [
    "DELETE of one",
    (guest, key, _, id) => guest.send("DELETE", `${RESERVATIONS}?reservationId=${id}`, withKey(key)),
  ],
  ["DELETE of all", (guest, key) => guest.send("DELETE", `${RESERVATIONS}?all=true`, withKey(key))],
  [
    "a whole cart",
    (guest, key, variantId) =>
      guest.send("POST", BULK, {
        json: { operation: "reserve", mode: "partial", items: [{ variantId, quantity: 9 }] },
        ...withKey(key),
      }),
  ],
  [
    "a whole cart of extensions",
    (guest, key, _, reservationId) =>
      guest.send("POST", BULK, {
        json: { operation: "extend", items: [{ reservationId }] },
        ...withKey(key),
      }),
  ],
  [
    "a whole cart given back",
    (guest, key, _, reservationId) =>
      guest.send("POST", BULK, {
        json: { operation: "release", items: [{ reservationId }] },
        ...withKey(key),
      }),
  ],
];

describe.each(changes)("%s", (_, ask) => {
  async function stage() {
    const variantId = await createVariant(sql, 10);
    const guest = await newShopper();
    const { reservation } = await guest.hold(variantId, 2);
    return { variantId, guest, id: reservation.reservationId };
  }

  test("sent again with its key changes nothing and is answered alike, with a fresh serverNow", async () => {
    const { variantId, guest, id } = await stage();
    const key = unknownId();
    const first = await ask(guest, key, variantId, id);
    expect(first.status).toBeLessThan(300);
    const before = await fingerprint(sql);
    const again = await ask(guest, key, variantId, id);
    expect(told(again)).toEqual(told(first));
    expect(nowOf(again) > nowOf(first)).toBe(true);
    expect(await fingerprint(sql)).toEqual(before);
  });

  test("with a key that was used for something else is refused with 422, and changes nothing", async () => {
    const { variantId, guest, id } = await stage();
    const key = unknownId();
    await hold(guest, key, variantId, 3);
    const before = await fingerprint(sql);
    problemOf(await ask(guest, key, variantId, id), "idempotency_mismatch");
    expect(await fingerprint(sql)).toEqual(before);
  });

  test.each([
    ["empty", ""],
    ["too long", "x".repeat(256)],
    ["with a space", "a b"],
    ["half quoted", '"a'],
    ["of two", "a, b"],
    ["with a backslash", "a\\b"],
    ["not ASCII", "\u00fc"],
  ])("with a key that is %s is refused with 400, and changes nothing", async (_, key) => {
    const { variantId, guest, id } = await stage();
    const before = await fingerprint(sql);
    const problem = problemOf(await ask(guest, key, variantId, id), "validation_failed");
    expect(problem.errors?.[0]?.path).toBe("Idempotency-Key");
    expect(await fingerprint(sql)).toEqual(before);
  });
});

test("one key 50 times at once is one hold and one answer, be it the last units", async () => {
  for (const stock of [1_000, 3]) {
    const variantId = await createVariant(sql, stock);
    const [guest, key] = [await newShopper(), unknownId()];
    const answers = await Promise.all(Array.from({ length: 50 }, () => hold(guest, key, variantId, 3)));
    for (const answer of answers) expect(told(answer)).toEqual(told(must(answers[0])));
    expect(answers[0]?.status).toBe(201);
    expect(await reserved(variantId)).toBe(3);
  }
});

test("a key quoted as the standard draft has it is the same key, and spelling is no other body", async () => {
  const variantId = await createVariant(sql, 9);
  const [guest, key] = [await newShopper(), unknownId()];
  const first = await hold(guest, key, variantId);
  const body = ` { "quantity": 1.0, "mode": "add", "variantId": "${variantId}" } `;
  const headers = { "content-type": "application/json", "idempotency-key": `"${key}"` };
  expect(told(await guest.send("POST", RESERVATIONS, { body, headers }))).toEqual(told(first));
  expect(await reserved(variantId)).toBe(1);
});

test("keys of two shoppers never meet", async () => {
  const variantId = await createVariant(sql, 9);
  const [one, other, key] = [await newShopper(), await newShopper(), unknownId()];
  const first = bodyOf(await hold(one, key, variantId, 2), 201, HoldAnswerSchema);
  const second = bodyOf(await hold(other, key, variantId, 3), 201, HoldAnswerSchema);
  expect(second.reservation.reservationId).not.toBe(first.reservation.reservationId);
  expect(await reserved(variantId)).toBe(5);
});

test("the answer stays the same when the hold has ended", async () => {
  const variantId = await createVariant(sql, 3);
  const [guest, key] = [await newShopper(), unknownId()];
  const first = await hold(guest, key, variantId, 3);
  await lapse(sql, bodyOf(first, 201, HoldAnswerSchema).reservation.reservationId);
  await newGuest().hold(variantId, 3);
  expect(told(await hold(guest, key, variantId, 3))).toEqual(told(first));
});

test("a late repetition of giving back takes nothing that was held since", async () => {
  const variantId = await createVariant(sql, 9);
  const [guest, key] = [await newShopper(), unknownId()];
  await guest.hold(variantId, 1);
  const giveBack = () => guest.send("DELETE", `${RESERVATIONS}?all=true`, withKey(key));
  expect(bodyOf(await giveBack(), 200, ReleaseAnswerSchema).released).toBe(1);
  await guest.hold(variantId, 2);
  expect(bodyOf(await giveBack(), 200, ReleaseAnswerSchema).released).toBe(1);
  expect(await reserved(variantId)).toBe(2);
});

test("a refusal is not kept: with the same key it may work later", async () => {
  const variantId = await createVariant(sql, 3);
  const [guest, key] = [await newShopper(), unknownId()];
  problemOf(await hold(guest, key, variantId, 4), "insufficient_stock");
  await sql`update stock_levels set on_hand = 4 where variant_id = ${variantId}`;
  expect((await hold(guest, key, variantId, 4)).status).toBe(201);
});

test("without a database nothing is kept, and the same key works afterwards", async () => {
  const variantId = await createVariant(sql, 9);
  const [guest, key] = [await newShopper(store.url), unknownId()];
  await store.gateway.close();
  problemOf(await hold(guest, key, variantId, 2), "database_unavailable");
  await store.gateway.open();
  const first = await hold(guest, key, variantId, 2);
  expect(first.status).toBe(201);
  expect(told(await hold(guest, key, variantId, 2))).toEqual(told(first));
  expect(await reserved(variantId)).toBe(2);
});

test("when the database's answer gets lost, a hold with a key is asked for again, and held once", async () => {
  const variantId = await createVariant(sql, 9);
  const guest = await newShopper(store.url);
  await store.gateway.loseNext();
  bodyOf(await hold(guest, unknownId(), variantId, 2), 201, HoldAnswerSchema);
  expect(await reserved(variantId)).toBe(2);
});

test("when it gets lost without a key, the shopper is told, for asking again might hold twice", async () => {
  const variantId = await createVariant(sql, 9);
  const guest = await newShopper(store.url);
  await store.gateway.loseNext();
  problemOf(await guest.reserve(variantId, 2), "database_unavailable");
  expect(await reserved(variantId)).toBe(2);
});
