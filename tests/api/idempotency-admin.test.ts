import { beforeEach, describe, expect, test } from "vitest";
import { AdjustedSchema } from "@/contracts/admin-stock";
import { bodyOf, problemOf } from "../support/api-client.ts";
import { newKey } from "../support/keys.ts";
import { documented } from "../support/openapi.ts";
import { must, stockOf } from "../support/shop.ts";
import { newMember } from "./member.ts";
import { useShopFloor } from "./shop-floor.ts";
import { goodWish, type Stage, send, setStage, signedIn, type Wish } from "./wishes.ts";

// Whatever an admin changes is done once for a key. Every change there is, as the document lists them.

const sql = useShopFloor();
let stage: Stage;
beforeEach(async () => {
  stage = await setStage(sql);
});

const changes = documented
  .filter(({ path, method }) => path.startsWith("/api/admin/") && method !== "get")
  .map(({ operation }) => operation.operationId ?? "");

const keyed = (wish: Wish, key: string): Wish => ({
  ...wish,
  sending: { ...wish.sending, headers: { ...wish.sending?.headers, "Idempotency-Key": key } },
});

/** What a change leaves behind, but for what Stripe and the mail server are told afterwards. */
async function traces() {
  const [row] = await sql<Record<string, number>[]>`select
    (select count(*)::int from admin_trail) as trail, (select count(*)::int from stock_movements) as movements,
    (select count(*)::int from refunds) as refunds, (select coalesce(sum(attempt), 0)::int from refunds) as attempts,
    (select count(*)::int from products) as products, (select count(*)::int from variants) as variants,
    (select count(*)::int from orders where shipped_at is not null) as shipped,
    (select count(*)::int from orders where cancelled_at is not null) as cancelled`;
  return must(row);
}

/** The answer without its clock; an order goes on living between two answers. */
function told(body: unknown): object {
  const {
    serverNow: _,
    order,
    ...rest
  } = body as { order?: { orderId: string; refunds: unknown[] } } & object & Record<string, unknown>;
  return { ...rest, ...(order && { orderId: order.orderId, refunds: order.refunds.length }) };
}

test("there is something to look at", () => expect(changes.length).toBeGreaterThanOrEqual(14));

test.each(changes)("%s, sent again with its key, is done once and answered alike", async (id) => {
  const wish = keyed(await goodWish(id, stage), newKey().idempotencyKey);
  const { guest } = { guest: signedIn(stage.admin) };
  const first = await send(guest, id, wish);
  expect(first.status, first.text).toBeLessThan(300);
  const before = await traces();
  const second = await send(guest, id, wish);
  expect(second.status, second.text).toBe(first.status);
  expect(told(second.body)).toEqual(told(first.body));
  expect(await traces()).toEqual(before);
});

function adjust(delta: number, key: string, by = stage.admin) {
  const { variantId, locationId } = stage;
  return signedIn(by).send("POST", "/api/admin/stock/adjust", {
    json: { variantId, locationId, delta, reason: "Counted" },
    headers: { "Idempotency-Key": key },
  });
}

// A refund keeps its keys by its order.
test.each(changes.filter((id) => id !== "refundOrder"))(
  "%s, with the key of another wish, is refused and changes nothing",
  async (id) => {
    const { idempotencyKey } = newKey();
    const wish = keyed(await goodWish(id, stage), idempotencyKey);
    bodyOf(await adjust(3, idempotencyKey), 200, AdjustedSchema);
    const before = await traces();
    problemOf(await send(signedIn(stage.admin), id, wish), "idempotency_mismatch");
    expect(await traces()).toEqual(before);
  },
);

describe("adjusting stock", () => {
  const onHand = async () => (await stockOf(sql, stage.variantId)).on_hand;

  test("20 times at once with one key: once", async () => {
    const { idempotencyKey } = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => adjust(3, idempotencyKey)));
    for (const answer of answers) expect(bodyOf(answer, 200, AdjustedSchema).onHand).toBe(13);
    expect(await onHand()).toBe(13);
  });

  test("keys of two admins never meet", async () => {
    const { idempotencyKey } = newKey();
    const colleague = await newMember(sql, { isAdmin: true });
    bodyOf(await adjust(3, idempotencyKey), 200, AdjustedSchema);
    expect(bodyOf(await adjust(3, idempotencyKey, colleague), 200, AdjustedSchema).onHand).toBe(16);
  });

  test("what was refused may be done later with the same key", async () => {
    const { idempotencyKey } = newKey();
    problemOf(await adjust(-11, idempotencyKey), "below_zero");
    bodyOf(await adjust(5, newKey().idempotencyKey), 200, AdjustedSchema);
    expect(bodyOf(await adjust(-11, idempotencyKey), 200, AdjustedSchema).onHand).toBe(4);
  });

  test("a key that is none is told", async () => {
    problemOf(await adjust(1, "two words"), "validation_failed");
    expect(await onHand()).toBe(10);
  });
});
