import { Agent, request } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import { MAX_QUANTITY } from "@/contracts/common";
import { newGuest, problemOf, RESERVATIONS, type Sending } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { storeUrl } from "../support/store.ts";
import { fingerprint, unknownId, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();
const LARGEST = 64 * 1024;
const asJson = { "content-type": "application/json" };
let variantId = "";

beforeAll(async () => {
  variantId = await createVariant(sql, 5_000);
});

const good = () => ({ variantId, quantity: 1 });
const without = (name: "variantId" | "quantity") => ({ ...good(), [name]: undefined });

/** A good wish with blanks behind it, this many bytes in all. */
const padded = (bytes: number) => JSON.stringify(good()).padEnd(bytes, " ");

/** In pieces, so that no Content-Length says beforehand how long it gets. */
const inPieces = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(sent, sent + 16_384));
      sent += 16_384;
    },
  });
};

describe("a POST with", () => {
  const quantities = [0, -1, -0.5, 1.5, 1e9, 1e300, MAX_QUANTITY + 1, "2", "", null, true, [], [1], {}];
  test.each<[string, () => unknown, string]>([
    ...quantities.map((quantity): [string, () => unknown, string] => [
      `the quantity ${JSON.stringify(quantity)}`,
      () => ({ ...good(), quantity }),
      "quantity",
    ]),
    ["no quantity", () => without("quantity"), "quantity"],
    ["no variant", () => without("variantId"), "variantId"],
    ["a variant that is no uuid", () => ({ ...good(), variantId: "shirt" }), "variantId"],
    ["a variant that is a number", () => ({ ...good(), variantId: 7 }), "variantId"],
    ["a variant that is null", () => ({ ...good(), variantId: null }), "variantId"],
    ["a variant with a blank", () => ({ ...good(), variantId: ` ${variantId}` }), "variantId"],
    ["an unknown mode", () => ({ ...good(), mode: "remove" }), "mode"],
    ["a mode that is null", () => ({ ...good(), mode: null }), "mode"],
    ["a field that nobody knows", () => ({ ...good(), price: 0 }), ""],
    ["another shopper's name", () => ({ ...good(), shopperId: unknownId() }), ""],
    ["a list", () => [good()], ""],
    ["a list of nothing", () => [], ""],
    ["a string", () => JSON.stringify(good()), ""],
    ["a number", () => 1, ""],
    ["null", () => null, ""],
    ["an empty object", () => ({}), "variantId"],
  ])("%s is refused by its contract, makes nobody a guest and changes nothing", async (_, body, path) => {
    const before = await fingerprint(sql);
    const stranger = newGuest();
    const answer = await stranger.send("POST", RESERVATIONS, { json: body() });
    const { errors = [] } = problemOf(answer, "validation_failed");
    expect(errors.map((error) => error.path)).toContain(path);
    expect(stranger.cookie).toBeNull();
    expect(await fingerprint(sql)).toEqual(before);
  });
});

describe("a POST whose body", () => {
  test.each<[string, () => Sending, Parameters<typeof problemOf>[1]]>([
    ["is empty", () => ({ body: "", headers: asJson }), "malformed_json"],
    ["is blank", () => ({ body: "  ", headers: asJson }), "malformed_json"],
    ["is no JSON", () => ({ body: "variantId=1&quantity=1", headers: asJson }), "malformed_json"],
    ["is cut off", () => ({ body: JSON.stringify(good()).slice(0, -1), headers: asJson }), "malformed_json"],
    [
      "says NaN",
      () => ({ body: `{"variantId":"${variantId}","quantity":NaN}`, headers: asJson }),
      "malformed_json",
    ],
    ["says Infinity", () => ({ body: '{"quantity":Infinity}', headers: asJson }), "malformed_json"],
    ["is no UTF-8", () => ({ body: new Uint8Array([0xff, 0xfe, 0x7b]), headers: asJson }), "malformed_json"],
    ["is plain text", () => plain("text/plain"), "unsupported_media_type"],
    ["is a form", () => plain("application/x-www-form-urlencoded"), "unsupported_media_type"],
    ["has no type", () => ({ body: JSON.stringify(good()) }), "unsupported_media_type"],
    ["has an empty type", () => plain(""), "unsupported_media_type"],
    ["has a type that only begins like ours", () => plain("application/jsonp"), "unsupported_media_type"],
    ["is another kind of JSON", () => plain("application/merge-patch+json"), "unsupported_media_type"],
    ["is one byte too long", () => ({ body: padded(LARGEST + 1), headers: asJson }), "body_too_large"],
    ["is far too long", () => ({ body: padded(4 * LARGEST), headers: asJson }), "body_too_large"],
    [
      "is too long and says nothing of its length",
      () => ({ body: inPieces(padded(LARGEST + 1)), headers: asJson }),
      "body_too_large",
    ],
    [
      "is far too long and says nothing of its length",
      () => ({ body: inPieces(padded(16 * LARGEST)), headers: asJson }),
      "body_too_large",
    ],
  ])("%s is refused, makes nobody a guest and changes nothing", async (_, sending, code) => {
    const before = await fingerprint(sql);
    const stranger = newGuest();
    problemOf(await stranger.send("POST", RESERVATIONS, sending()), code);
    expect(stranger.cookie).toBeNull();
    expect(await fingerprint(sql)).toEqual(before);
  });

  const plain = (type: string): Sending => ({
    body: JSON.stringify(good()),
    headers: { "content-type": type },
  });

  test.each<[string, () => Sending]>([
    ["is as long as it may be", () => ({ body: padded(LARGEST), headers: asJson })],
    ["is so long and comes in pieces", () => ({ body: inPieces(padded(LARGEST)), headers: asJson })],
    ["names its charset", () => plain("application/json; charset=utf-8")],
    ["names its type in capitals", () => plain("Application/JSON")],
  ])("%s is taken", async (_, sending) => {
    expect((await newGuest().send("POST", RESERVATIONS, sending())).status).toBe(201);
  });
});

describe("a PUT with", () => {
  test.each<[string, (reservationId: string) => unknown]>([
    ["no action", (reservationId) => ({ reservationId })],
    ["an unknown action", (reservationId) => ({ action: "revive", reservationId })],
    ["an action that is null", (reservationId) => ({ action: null, reservationId })],
    ["an action in capitals", (reservationId) => ({ action: "EXTEND", reservationId })],
    ["no reservation", () => ({ action: "extend" })],
    ["a reservation that is no uuid", () => ({ action: "extend", reservationId: "1" })],
    ["a quantity beside extend", (id) => ({ action: "extend", reservationId: id, quantity: 2 })],
    ["set_quantity and no quantity", (id) => ({ action: "set_quantity", reservationId: id })],
    ["the quantity 0", (id) => ({ action: "set_quantity", reservationId: id, quantity: 0 })],
    ['the quantity "2"', (id) => ({ action: "set_quantity", reservationId: id, quantity: "2" })],
    ["confirm and no payment", (id) => ({ action: "confirm", reservationId: id })],
    ["confirm and an empty payment", (id) => ({ action: "confirm", reservationId: id, paymentId: "" })],
    ["a list", (reservationId) => [{ action: "extend", reservationId }]],
    ["null", () => null],
  ])("%s is refused by its contract and changes nothing", async (_, body) => {
    const guest = newGuest();
    const { reservation } = await guest.hold(variantId, 1);
    const before = await fingerprint(sql);
    const answer = await guest.send("PUT", RESERVATIONS, { json: body(reservation.reservationId) });
    expect(problemOf(answer, "validation_failed").errors).not.toHaveLength(0);
    expect(await fingerprint(sql)).toEqual(before);
  });

  test("no body, no JSON, no type or too much of it is refused as with POST", async () => {
    const guest = newGuest();
    const put = (sending: Sending) => guest.send("PUT", RESERVATIONS, sending);
    problemOf(await put({}), "unsupported_media_type");
    problemOf(await put({ body: "", headers: asJson }), "malformed_json");
    problemOf(await put({ body: "{}" }), "unsupported_media_type");
    problemOf(await put({ body: padded(LARGEST + 1), headers: asJson }), "body_too_large");
  });
});

describe("a connection", () => {
  /** Over one connection of `agent`; the status of the answer. */
  const over = (agent: Agent, method: string, path: string, body?: string) =>
    new Promise<{ status: number | undefined; isReused: boolean }>((resolve, reject) => {
      const sent = request(`${storeUrl()}${path}`, { agent, method, headers: asJson }, (response) => {
        response.resume().once("end", () => {
          resolve({ status: response.statusCode, isReused: sent.reusedSocket });
        });
      });
      sent.once("error", reject);
      // Written before it is ended, so that it goes out without a length.
      if (body) sent.write(body);
      sent.end();
    });

  test.each([LARGEST + 1, 5 * LARGEST])(
    "over which %i bytes were refused still serves the next request",
    async (size) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        expect(await over(agent, "POST", RESERVATIONS, padded(size))).toMatchObject({ status: 413 });
        expect(await over(agent, "GET", RESERVATIONS)).toEqual({ status: 200, isReused: true });
      } finally {
        agent.destroy();
      }
    },
  );
});
