import { afterAll, afterEach, describe, expect, test } from "vitest";
import { operations } from "@/lib/openapi/operations";
import { type Answer, type Guest, newGuest, RESERVATIONS, storeKeys } from "../support/api-client.ts";
import { bodyFaults, document, documented } from "../support/openapi.ts";
import { createVariant } from "../support/shop.ts";
import { refusalsOfAdmins } from "./admin-refusals.ts";
import { useSecondStore } from "./second-store.ts";
import { lapse, pin, unknownId, useShopFloor, useUpItsLife } from "./shop-floor.ts";
import { eventOf, signatureOf } from "./webhook-sender.ts";
import { bearer, documentedAs, goodWish, type Stage, send, setStage, type Wish } from "./wishes.ts";

// Every route, driven by the document alone, to every status and every code that the document speaks of. That each
// answer is what the document says is checked by the client (tests/support/answer-rules.ts).

const sql = useShopFloor();
const store = useSecondStore();
afterEach(() => store.gateway.open());

const met = new Set<string>();

function expectKind(operationId: string, answer: Answer, wanted: string): void {
  const { code } = (answer.body ?? {}) as { code?: string };
  const kind = code ? `${answer.status} ${code}` : String(answer.status);
  expect(kind, answer.text).toBe(wanted);
  met.add(`${operationId} ${kind}`);
}

test("the store serves the document of these sources", async () => {
  const answer = await newGuest().get("/api/openapi.json");
  expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
  expectKind("getOpenApiDocument", answer, "200");
});

describe("a good request is granted:", () => {
  test.each(
    operations.map(({ id, answers }) => [id, id === "signUp" ? "202" : (Object.keys(answers)[0] ?? "")]),
  )("%s", async (id, status) => {
    const stage = await setStage(sql);
    const wish = await goodWish(id, stage);
    if (wish.sending?.json !== undefined) expect(bodyFaults(documentedAs(id), wish.sending.json)).toEqual([]);
    expectKind(id, await send(stage.owner, id, wish), status);
  });

  test.each(["reserve", "extend", "release"])("bulk %s", async (operation) => {
    const { owner, variantId, reservationId } = await setStage(sql);
    const items = operation === "reserve" ? [{ variantId, quantity: 1 }] : [{ reservationId }];
    const json = { operation, items, mode: "partial" };
    expect(bodyFaults(documentedAs("bulk"), json)).toEqual([]);
    expectKind("bulk", await send(owner, "bulk", { sending: { json } }), "200");
  });

  test("extending", async () => {
    const { owner, reservationId } = await setStage(sql);
    const json = { action: "extend", reservationId };
    expectKind("changeReservation", await send(owner, "changeReservation", { sending: { json } }), "200");
  });
});

/** What spoils any request of an operation that knows the code. */
const spoiled: Record<string, (wish: Wish, stage: Stage) => Wish> = {
  foreign_origin: ({ sending, ...wish }) => {
    const { authorization: _, ...headers } = sending?.headers ?? {};
    return { ...wish, sending: { ...sending, headers: { ...headers, origin: "https://evil.example" } } };
  },
  malformed_json: (wish) => raw(wish, "{", "application/json"),
  unsupported_media_type: (wish) => raw(wish, "{}", "text/plain"),
  body_too_large: (wish) => raw(wish, " ".repeat(4_300_000), "application/json"),
  validation_failed: ({ sending, ...wish }) => {
    if (wish.path?.orderId) return { ...wish, ...(sending && { sending }), path: { orderId: "none" } };
    return sending?.json === undefined
      ? { ...wish, ...(sending && { sending }), query: { nobody: "knows this" } }
      : { ...wish, sending: { ...sending, json: { nobody: "knows this" } } };
  },
  cron_secret_required: (wish) => ({ ...wish, sending: { headers: bearer("not the secret") } }),
  sign_in_required: (wish) => ({ ...wish, sending: {} }),
  admin_only: (wish, { member: { cookie } }) => ({ ...wish, sending: { headers: { cookie } } }),
};
function raw({ sending, ...wish }: Wish, body: string, type: string): Wish {
  return { ...wish, sending: { body, headers: { ...sending?.headers, "content-type": type } } };
}

describe("a request that is spoiled is refused as the document says:", () => {
  const cases = operations.flatMap(({ id, problems }) =>
    problems.filter((code) => code in spoiled).map((code) => [id, code] as const),
  );
  test.each(cases)("%s %s", async (id, code) => {
    const stage = await setStage(sql);
    const answer = await send(stage.owner, id, spoiled[code]?.(await goodWish(id, stage), stage) ?? {});
    expectKind(id, answer, `${answer.status} ${code}`);
  });
});

const json = (body: object): Wish => ({ sending: { json: body } });
const more = ({ reservationId }: Stage, quantity = 3) =>
  json({ action: "set_quantity", reservationId, quantity });

/** What only the shop's state brings about. */
const refusals: [id: string, kind: string, prepare: (stage: Stage) => Promise<Wish> | Wish][] = [
  ["findProduct", "404 product_not_found", () => ({ path: { slug: "nothing-of-that-name" } })],
  ["reserve", "404 variant_not_found", () => json({ variantId: unknownId(), quantity: 1 })],
  ["reserve", "409 insufficient_stock", ({ variantId }) => json({ variantId, quantity: 9 })],
  [
    "reserve",
    "409 limit_reached",
    async () => json({ variantId: await createVariant(sql, 900), quantity: 101 }),
  ],
  [
    "changeReservation",
    "404 reservation_not_found",
    (stage) => more({ ...stage, reservationId: unknownId() }),
  ],
  [
    "changeReservation",
    "404 variant_not_found",
    async (stage) => {
      await sql`update products set published_at = null where slug = ${stage.slug}`;
      return more(stage);
    },
  ],
  ["changeReservation", "409 insufficient_stock", (stage) => more(stage, 11)],
  [
    "changeReservation",
    "409 limit_reached",
    async (stage) => {
      const variantId = await createVariant(sql, 900);
      const { reservation } = await stage.owner.hold(variantId);
      return more({ ...stage, reservationId: reservation.reservationId }, 101);
    },
  ],
  [
    "changeReservation",
    "409 extension_limit",
    async ({ reservationId }) => {
      await useUpItsLife(sql, reservationId);
      return json({ action: "extend", reservationId });
    },
  ],
  [
    "changeReservation",
    "409 hold_expired",
    async ({ variantId, reservationId }) => {
      await lapse(sql, reservationId);
      await newGuest().hold(variantId, 9);
      return json({ action: "extend", reservationId });
    },
  ],
  [
    "changeReservation",
    "409 reservation_ended",
    async (stage) => {
      await stage.owner.release("all=true");
      return more(stage);
    },
  ],
  ["changeReservation", "409 payment_open", async (stage) => paying(stage, more(stage))],
  [
    "changeReservation",
    "409 payment_not_complete",
    ({ reservationId }) => json({ action: "confirm", reservationId, paymentId: "pi_1" }),
  ],
  [
    "startCheckout",
    "409 cart_changed",
    async (stage) => but(stage, "startCheckout", { expectedTotalCents: 1 }),
  ],
  [
    "startCheckout",
    "409 cart_empty",
    async (stage) => {
      const wish = await goodWish("startCheckout", stage);
      await stage.owner.release("all=true");
      return wish;
    },
  ],
  ["createFromPayment", "404 payment_not_found", () => json({ sessionId: "cs_test_of_nobody" })],
  ["getOrder", "404 order_not_found", () => ({ path: { orderId: unknownId() } })],
  ...["getOrderAsAdmin", "refundOrder", "retryRefund", "cancelOrder", "shipOrder", "decideRestock"].map(
    (id): (typeof refusals)[number] => [
      id,
      "404 order_not_found",
      async (stage) => ({ ...(await goodWish(id, stage)), path: { orderId: unknownId() } }),
    ],
  ),
  [
    "refundOrder",
    "409 refund_exceeds",
    async (stage) => but(stage, "refundOrder", { amountCents: 1_000_000 }),
  ],
  [
    "refundOrder",
    "409 not_refundable",
    async (stage) => but(stage, "refundOrder", { amountCents: undefined }),
  ],
  ["shipOrder", "409 not_shippable", async (stage) => afterwards(stage, "cancelOrder")],
  ["cancelOrder", "409 not_cancellable", async (stage) => afterwards(stage, "shipOrder")],
  [
    "retryRefund",
    "404 refund_not_found",
    async (stage) => but(stage, "retryRefund", { refundId: unknownId() }),
  ],
  [
    "retryRefund",
    "409 refund_not_failed",
    async (stage) => {
      const wish = await goodWish("retryRefund", stage);
      await send(stage.owner, "retryRefund", wish);
      return wish;
    },
  ],
  [
    "decideRestock",
    "404 refund_not_found",
    async (stage) => but(stage, "decideRestock", { refundId: unknownId() }),
  ],
  [
    "decideRestock",
    "409 restock_decided",
    async (stage) => {
      const wish = await goodWish("decideRestock", stage);
      await send(stage.owner, "decideRestock", wish);
      return changed(wish, { restock: false });
    },
  ],
  [
    "stripeWebhook",
    "400 signature_refused",
    async (stage) => raw(await goodWish("stripeWebhook", stage), "{}", "x/y"),
  ],
  [
    "stripeWebhook",
    "400 wrong_mode",
    () => {
      const body = eventOf("customer.created", {}, { livemode: true });
      return { sending: { body, headers: { "stripe-signature": signatureOf(body) } } };
    },
  ],
  ...["reserve", "changeReservation", "release", "bulk", "startCheckout"].map(
    (id): (typeof refusals)[number] => [
      id,
      "422 idempotency_mismatch",
      async (stage) => withUsedKey(stage, await goodWish(id, stage)),
    ],
  ),
  ["release", "409 payment_open", async (stage) => paying(stage, await goodWish("release", stage))],
  ...refusalsOfAdmins(sql),
  ["bulk", "409 bulk_refused", () => json({ operation: "extend", items: [{ reservationId: unknownId() }] })],
  [
    "bulk",
    "409 bulk_refused",
    ({ variantId }) => json({ operation: "reserve", items: [{ variantId, quantity: 9 }] }),
  ],
  [
    "bulk",
    "409 bulk_refused",
    async (stage) => {
      const { reservationId } = stage;
      return paying(stage, json({ operation: "release", items: [{ reservationId }] }));
    },
  ],
];

/** The wish with something else in its body. */
const changed = ({ sending, ...wish }: Wish, other: object): Wish => ({
  ...wish,
  sending: { ...sending, json: { ...(sending?.json as object), ...other } },
});
const but = async (stage: Stage, id: string, other: object) => changed(await goodWish(id, stage), other);

/** The wish about an order to which something was done before. */
async function afterwards(stage: Stage, before: string): Promise<Wish> {
  const done = await goodWish(before, stage);
  await send(stage.owner, before, done);
  return { ...done, sending: { ...done.sending, json: {} } };
}

/** With a key under which this shopper has asked for something else. */
async function withUsedKey({ owner, variantId }: Stage, wish: Wish): Promise<Wish> {
  const headers = { "idempotency-key": unknownId() };
  await owner.send("POST", RESERVATIONS, { json: { variantId, quantity: 3 }, headers });
  return { ...wish, sending: { ...wish.sending, headers } };
}

async function paying({ reservationId }: Stage, wish: Wish): Promise<Wish> {
  await pin(sql, reservationId);
  return wish;
}

describe("what the shop's state forbids is refused as the document says:", () => {
  test.each(refusals)("%s %s", async (id, kind, prepare) => {
    const stage = await setStage(sql);
    const wish = await prepare(stage);
    if (wish.sending?.json) expect(bodyFaults(documentedAs(id), wish.sending.json)).toEqual([]);
    expectKind(id, await send(stage.owner, id, wish), kind);
  });
});

test("getShopHealth 503: a pager is told by the status", async () => {
  const untold = sql`insert into alerts (kind, subject, attempts) values ('test', ${unknownId()}, 1) returning id`;
  const [alert] = await untold;
  const asking = { query: { failOn: "warning" }, sending: { headers: bearer(storeKeys().cronSecret) } };
  expectKind("getShopHealth", await send(newGuest(), "getShopHealth", asking), "503 shop_unwell");
  await sql`update alerts set closed_at = clock_timestamp() where id = ${alert?.id}`;
});

describe("without its database, or with one that makes no sense, an operation answers as the document says:", () => {
  // Who a user or an admin is, is asked before the database is.
  const failing = (code: string) =>
    operations.filter(
      ({ problems, caller }) =>
        caller !== "user" && caller !== "admin" && problems.some((known) => known === code),
    );

  test.each(failing("database_unavailable").map(({ id }) => id))("%s", async (id) => {
    const stage = await setStage(sql, strangerOfSecondStore());
    const wish = await goodWish(id, stage);
    await store.gateway.close();
    expectKind(id, await send(stage.owner, id, wish), "503 database_unavailable");
    await store.gateway.answer(200, '{"nobody": "expects this"}');
    // Shared with the reader before for a second, so asked until it is asked anew.
    await expect.poll(async () => (await send(stage.owner, id, wish)).status, { timeout: 10_000 }).toBe(500);
    met.add(`${id} 500 internal_error`);
  });

  test("getHealth", async () => {
    await store.gateway.close();
    expectKind("getHealth", await send(strangerOfSecondStore(), "getHealth", {}), "503");
  });
});

const strangerOfSecondStore = (): Guest => newGuest({ baseUrl: store.url });

afterAll(() => {
  const said = documented.flatMap(({ operation: { operationId }, method, path }) => {
    const known = operations.find((one) => one.method === method && one.path === path);
    return [
      ...Object.keys(known?.answers ?? {}).map((status) => `${operationId} ${status}`),
      ...(known?.problems ?? []).map((code) => `${operationId} ${code}`),
    ];
  });
  const seen = new Set([...met].map((kind) => kind.replace(/ \d+ (?=\w)/, " ")));
  const unseen = said.filter((kind) => !seen.has(kind) && !elsewhere.test(kind));
  expect(unseen, "every answer that the document speaks of was driven").toEqual([]);
});

const ofAdmins = operations.filter(({ caller }) => caller === "admin").map(({ id }) => id);

/**
 * Bugs cannot be ordered where no database is asked; sessions are driven by the tests of accounts, crowds and
 * limits by tests of their own, payments by those of checkout, orders and refunds, keys of admins by theirs.
 */
const elsewhere = new RegExp(
  [
    "^(getHealth|getLiveness|getOpenApiDocument|getSession|signOut|eraseAccount) internal_error$",
    "^eraseAccount (database_unavailable|sign_in_again)$",
    "^(signUp|signIn|verifyCode|requestCode) (sign_in_refused|too_many_attempts)$",
    "^(listOrders|searchOrders|getReconciliation|getOrderAsAdmin) (database_unavailable|internal_error)$",
    "^(refundOrder|retryRefund|cancelOrder|shipOrder|decideRestock) (database_unavailable|internal_error)$",
    "^(signUp|signIn|verifyCode|eraseAccount|startCheckout|goBack|bulk|cancelOrder) payment_open$",
    "^(retryRefund|decideRestock) refund_exceeds$",
    "^startCheckout limit_reached$",
    " payment_unavailable$",
    "^signUp (200|weak_password|sign_up_closed)$",
    `^(${ofAdmins.join("|")}) (database_unavailable|internal_error|idempotency_mismatch)$`,
    " (auth_unavailable|server_busy|too_many_requests)$",
  ].join("|"),
);
