import { beforeEach, expect, test } from "vitest";
import { buy, typeOrder } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Mails that wait to be sent: one about a sale, and one about its parcel.

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  await db.sql`update outgoing_mails set sent_at = clock_timestamp() where sent_at is null`;
  variantId = await createVariant(db.sql, 5);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId);
  const { orderId } = await buy(db.sql, shopperId);
  await answerOf(db.sql, "mark_shipped($1)", [orderId]);
});

const claim = async (limit: number): Promise<{ mailId: string }[]> =>
  (await answerOf(db.sql, "claim_mails($1)", [limit])).mails;

test("as many are claimed as were asked for", async () => {
  expect(await claim(1)).toHaveLength(1);
  expect(await claim(100)).toHaveLength(1);
});

test("what somebody claimed and did not send is claimed again once their minute is over", async () => {
  expect(await claim(100)).toHaveLength(2);
  expect(await claim(100)).toHaveLength(0);
  await db.sql`update outgoing_mails set claimed_until = clock_timestamp() where sent_at is null`;
  expect(await claim(100)).toHaveLength(2);
});

test("what was sent is nobody's any more, and says nothing about another mail", async () => {
  const [mail] = await claim(100);
  const { mailId } = must(mail);
  expect((await answerOf(db.sql, "record_mail($1)", [mailId])).outcome).toBe("recorded");
  const [sent] = await db.sql`select sent_at is not null as "isSent", claimed_until as "claimedUntil"
    from outgoing_mails where id = ${mailId}`;
  expect(sent).toEqual({ isSent: true, claimedUntil: null });
  expect(await db.sql`select 1 from outgoing_mails where sent_at is null`).toHaveLength(1);
});

test("to whom no address is known no mail is written", async () => {
  const orderId = await typeOrder(db.sql, newShopper(), variantId);
  await db.sql`select private.write_mail(${orderId}, 'shipped')`;
  expect(await db.sql`select 1 from outgoing_mails where order_id = ${orderId}`).toHaveLength(0);
});
