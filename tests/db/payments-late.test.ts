import { expect, test } from "vitest";
import { expired, failed, orderOf, paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  cartOf,
  createVariant,
  hold,
  letTimePass,
  newShopper,
  setQuantity,
  stockOf,
} from "../support/shop.ts";
import { usePinnedCart } from "./pinned-cart.ts";

// The money came when the payment had ended: the units, if they can be had, or all of it back.

const db = useTestDatabase();
const at = usePinnedCart(db);
const { settled, mails, statusOf } = at;

test.each([
  ["failed", failed],
  ["expired", expired],
])("a success after %s confirms the hold that is back in the cart", async (_, ended) => {
  await settled(ended);
  expect((await settled(paid(at.payment))).outcome).toBe("sold");
  expect(await statusOf(at.mine.reservationId)).toBe("confirmed");
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("a late success takes its units out of a larger line, and leaves a smaller one alone", async () => {
  await settled(expired);
  await setQuantity(db.sql, at.shopperId, at.mine.reservationId, 4);
  expect((await settled(paid(at.payment))).outcome).toBe("sold");
  expect((await cartOf(db.sql, at.shopperId)).lines).toMatchObject([{ quantity: 2 }]);
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 3, reserved: 2 });
});

test("a late success whose hold is pinned by the next payment takes free units instead", async () => {
  await settled(expired);
  const next = await pinCart(db.sql, at.shopperId);
  expect((await settled(paid(at.payment))).outcome).toBe("sold");
  expect(await statusOf(at.mine.reservationId)).toBe("paying");
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 3, reserved: 2 });
  expect((await settle(db.sql, next.paymentId, paid(next))).outcome).toBe("sold");
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 1, reserved: 0 });
});

test("a late success whose units are free takes them again", async () => {
  await settled(expired, "expire");
  expect((await settled(paid(at.payment))).outcome).toBe("sold");
  const [sold] =
    await db.sql`select r.status, r.replaces_id from order_lines l join reservations r on r.id = l.reservation_id
    where l.order_id = ${at.payment.orderId}`;
  expect(sold).toEqual({ status: "confirmed", replaces_id: at.mine.reservationId });
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("a late success takes what others have let lapse", async () => {
  await settled(expired, "expire");
  const other = newShopper();
  await hold(db.sql, other, at.variantId, 5);
  await letTimePass(db, 901, other);
  expect((await settled(paid(at.payment))).outcome).toBe("sold");
});

test("a late success takes them at another location, if that one has them all", async () => {
  await settled(expired, "expire");
  await hold(db.sql, newShopper(), at.variantId, 4);
  const elsewhere = await addLocation(db.sql, at.variantId, 2, 9);
  expect((await settled(paid(at.payment))).outcome).toBe("sold");
  const [level] =
    await db.sql`select on_hand from stock_levels where variant_id = ${at.variantId} and location_id = ${elsewhere}`;
  expect(level?.on_hand).toBe(0);
});

test("gone: one refund of all that was received, and a message", async () => {
  await settled(expired, "expire");
  await hold(db.sql, newShopper(), at.variantId, 4);
  const answer = await settled(paid(at.payment));
  expect(answer).toMatchObject({
    outcome: "refund_due",
    order: {
      status: "refunded_out_of_stock",
      refunds: [
        {
          refundId: answer.refundId,
          amountCents: at.payment.amountCents,
          reason: "out_of_stock",
          status: "requested",
          lines: [],
        },
      ],
    },
  });
  expect((await settled(paid(at.payment))).outcome).toBe("already");
  expect((await orderOf(db.sql, at.payment.orderId)).refunds).toHaveLength(1);
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 5, reserved: 4 });
  expect(await mails()).toEqual(["out_of_stock"]);
});

test("all or nothing: where one of two lines is gone, the other stays on the shelf", async () => {
  const other = newShopper();
  const second = await createVariant(db.sql, 1);
  await hold(db.sql, other, at.variantId, 1);
  await hold(db.sql, other, second, 1);
  const both = await pinCart(db.sql, other);
  await settle(db.sql, both.paymentId, expired, "expire");
  await hold(db.sql, newShopper(), second, 1);
  expect((await settle(db.sql, both.paymentId, paid(both))).outcome).toBe("refund_due");
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 5, reserved: 2 });
  expect(await stockOf(db.sql, second)).toEqual({ on_hand: 1, reserved: 1 });
});
