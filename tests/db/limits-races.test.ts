import { afterEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  asSuperuser,
  createVariant,
  expectConsistent,
  letTimePass,
  must,
  newShopper,
  type Request,
  release,
  reserveBatch,
  setQuantity,
  stockOf,
} from "../support/shop.ts";
import { begin, commit, startBlocked, transfer } from "./sessions.ts";

// What the share of an address must not lose sight of while others work, and while a guest becomes a user and again a
// guest.

const db = useTestDatabase();
afterEach(() => expectConsistent(db.sql));

const source = "bot";
const wish = (variantId: string, quantity = 1, shopperId = newShopper()): Request & { source: string } => ({
  shopperId,
  lines: [{ variantId, quantity }],
  source,
});
const set = (variantId: string, quantity: number, shopperId: string) => ({
  ...wish(variantId, quantity, shopperId),
  quantityMode: "set" as const,
});
const ask = async (request: Request, sql = db.sql) => must((await reserveBatch(sql, [request]))[0]);
const openSession = () => must(db.connect(1)[0]);
const tooMany = { outcome: "limit_reached", lines: [{ limit: { name: "max_units_per_address" } }] };

test("who holds again while others forget idle holders is not forgotten", async () => {
  const variantId = await createVariant(db.sql, 1_000);
  const idle = Array.from({ length: 50 }, () => newShopper());
  await reserveBatch(
    db.sql,
    idle.map((shopperId) => wish(variantId, 1, shopperId)),
  );
  for (const shopperId of idle) await release(db.sql, shopperId);
  const [first, second] = [openSession(), openSession()];
  const again = must(idle[0]);
  await begin(first);
  expect(await ask(wish(variantId, 1, again), first)).toMatchObject({ outcome: "held" });
  // One more than is kept.
  await asSuperuser(
    db,
    (tx) => tx`insert into source_holders (variant_id, source, shopper_id, noted_at)
      values (${variantId}, ${source}, ${newShopper()}, clock_timestamp())`,
  );
  const other = await startBlocked(db, second, (session) => ask(wish(variantId), session));
  await commit(first);
  expect(await other.result).toMatchObject({ outcome: "held" });
  const noted = await db.sql`select 1 from source_holders where shopper_id = ${again}`;
  expect(noted).toHaveLength(1);
  await Promise.all([first.end(), second.end()]);
});

test("who keeps a quantity is judged by what they hold when it is their turn", async () => {
  const variantId = await createVariant(db.sql, 20);
  const keeper = newShopper();
  expect(await ask(wish(variantId, 5, keeper))).toMatchObject({ outcome: "held" });
  const [first, second] = [openSession(), openSession()];
  await begin(first);
  await release(first, keeper);
  const kept = await startBlocked(db, second, (session) => ask(set(variantId, 5, keeper), session));
  expect(await ask(wish(variantId, 5), first)).toMatchObject({ outcome: "held" });
  await commit(first);
  expect(await kept.result).toMatchObject(tooMany);
  expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 5 });
  await Promise.all([first.end(), second.end()]);
});

const endMerge = (guest: string) =>
  asSuperuser(
    db,
    (tx) => tx`update shoppers set merged_at = clock_timestamp() - interval '601 s' where id = ${guest}`,
  );

test("what a guest took from an address counts for it also when the guest is a guest again", async () => {
  const [variantId, other] = [await createVariant(db.sql, 20), await createVariant(db.sql, 20)];
  const [guest, user] = [newShopper(), newShopper()];
  await ask(wish(variantId, 5, guest));
  await transfer(db.sql, guest, user);
  await endMerge(guest);
  expect(await ask(wish(other, 1, guest))).toMatchObject({ outcome: "held" });
  expect(await ask(wish(variantId))).toMatchObject(tooMany);
});

test("a user's line does not outgrow the share of the address where it was a guest's", async () => {
  const variantId = await createVariant(db.sql, 20);
  const [guest, user] = [newShopper(), newShopper()];
  const { lines } = await ask(wish(variantId, 2, guest));
  const { reservationId } = must(must(lines[0]).reservation);
  await transfer(db.sql, guest, user);
  expect(await setQuantity(db.sql, user, reservationId, 6)).toMatchObject(tooMany.lines[0] ?? {});
});

test("what the user holds is no excuse for the guest of long ago", async () => {
  const variantId = await createVariant(db.sql, 20);
  const [guest, user] = [newShopper(), newShopper()];
  await ask(wish(variantId, 5, guest));
  await transfer(db.sql, guest, user);
  await endMerge(guest);
  expect(await ask(set(variantId, 5, guest))).toMatchObject(tooMany);
  expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 5 });
});

describe("a request that comes again with its key", () => {
  const keyed = (request: Request) => ({ ...request, idempotencyKey: "again", bodyHash: "0".repeat(64) });

  test("is answered again though it took the whole share", async () => {
    const variantId = await createVariant(db.sql, 20);
    const request = keyed(wish(variantId, 5));
    const first = await ask(request);
    expect(first.outcome).toBe("held");
    expect(await ask(request)).toEqual(first);
    expect((await reserveBatch(db.sql, [request, wish(variantId)])).map(({ outcome }) => outcome)).toEqual([
      "held",
      "limit_reached",
    ]);
    expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 5 });
  });

  test("is answered again though it had to wait for itself", async () => {
    const variantId = await createVariant(db.sql, 20);
    const request = keyed(wish(variantId, 5));
    const [first, second] = [openSession(), openSession()];
    await begin(first);
    const answer = await ask(request, first);
    const again = await startBlocked(db, second, (session) => ask(request, session));
    await commit(first);
    expect(await again.result).toEqual(answer);
    expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 5 });
    await Promise.all([first.end(), second.end()]);
  });

  test("is answered again though a cool-down began", async () => {
    const variantId = await createVariant(db.sql, 20);
    const request = keyed({ shopperId: newShopper(), lines: [{ variantId, quantity: 1 }] });
    const first = await ask(request);
    await letTimePass(db, 901, request.shopperId);
    for (let turn = 0; turn < 4; turn++) {
      await ask({ shopperId: request.shopperId, lines: request.lines });
      await letTimePass(db, 901, request.shopperId);
    }
    expect(await ask({ shopperId: request.shopperId, lines: request.lines })).toMatchObject({
      outcome: "limit_reached",
    });
    expect(await ask(request)).toEqual(first);
  });
});
