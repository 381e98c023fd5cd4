import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant, must, newShopper, type Request, reserveBatch } from "../support/shop.ts";
import { transfer } from "./sessions.ts";

const db = useTestDatabase();

test.each(["guest", "user"] as const)(
  "who took units of both was seen last when the %s was",
  async (last) => {
    const variantId = await createVariant(db.sql, 40);
    const who = { guest: newShopper(), user: newShopper() };
    for (const shopperId of Object.values(who)) {
      const request = { shopperId, source: "somewhere", lines: [{ variantId, quantity: 1 }] } as Request;
      expect((await reserveBatch(db.sql, [request]))[0]?.outcome).toBe("held");
    }
    const first = who[last === "guest" ? "user" : "guest"];
    await asSuperuser(
      db,
      (tx) =>
        tx`update source_holders set noted_at = noted_at - interval '4 min' where shopper_id = ${first} and variant_id = ${variantId}`,
    );
    await transfer(db.sql, who.guest, who.user);
    const [row] = await db.sql<{ isRecent: boolean }[]>`
    select noted_at > clock_timestamp() - interval '1 min' as "isRecent" from source_holders
    where shopper_id = ${who.user} and variant_id = ${variantId}`;
    expect(must(row).isRecent).toBe(true);
  },
);
