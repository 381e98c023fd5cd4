import { newGuest, RESERVATIONS } from "../support/api-client.ts";
import type { Sql } from "../support/database.ts";
import { createVariant } from "../support/shop.ts";
import { lapse, pin, unknownId, useUpItsLife } from "./shop-floor.ts";
import { eventOf, signatureOf } from "./webhook-sender.ts";
import { goodWish, type Refusal, rawWish, type Stage, send, type Wish } from "./wishes.ts";

const json = (body: object): Wish => ({ sending: { json: body } });
const more = ({ reservationId }: Stage, quantity = 3) =>
  json({ action: "set_quantity", reservationId, quantity });

/** What only the shop's state makes of a wish. */
export function refusalsOfShop(sql: Sql): Refusal[] {
  const paying = async ({ reservationId }: Stage, wish: Wish): Promise<Wish> => {
    await pin(sql, reservationId);
    return wish;
  };
  return [
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
      (id): Refusal => [
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
      async (stage) => rawWish(await goodWish("stripeWebhook", stage), "{}", "x/y"),
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
      (id): Refusal => [
        id,
        "422 idempotency_mismatch",
        async (stage) => withUsedKey(stage, await goodWish(id, stage)),
      ],
    ),
    ["release", "409 payment_open", async (stage) => paying(stage, await goodWish("release", stage))],
    [
      "bulk",
      "409 bulk_refused",
      () => json({ operation: "extend", items: [{ reservationId: unknownId() }] }),
    ],
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
}

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
