import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { asSuperuser } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Since when a product was to be shown, as was said at an instant: by its own trail, else as it is.

const db = useTestDatabase();

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const publishedAt = (productId: string, at: Date) =>
  answerOf(db.sql, "private.published_at($1, $2)", [productId, at]);

test("the last word of before decides, and where there is none, what the first word of after found", async () => {
  const [productId, another] = [randomUUID(), randomUUID()];
  const say = (at: number, [before, after]: [number, number], id = productId, entity = "product") => db.sql`
    insert into admin_trail (at, actor, cause, entity, entity_id, before, after)
    values (${day(at)}, 'admin', 'edit', ${entity}, ${id}, ${db.sql.json({ published_at: day(before) })},
      ${db.sql.json({ published_at: day(after) })})`;
  const sayOfOthers = async (at: number) => {
    await say(at, [21, 22], another);
    await say(at, [21, 22], productId, "variant");
  };
  await sayOfOthers(7);
  await say(4, [11, 12]);
  await say(6, [13, 14]);
  await sayOfOthers(2);
  expect(await publishedAt(productId, day(5))).toEqual(day(12));
  expect(await publishedAt(productId, day(3))).toEqual(day(11));
});

test("a product of which the trail says nothing was shown as it is", async () => {
  const ids = [randomUUID(), randomUUID()];
  await asSuperuser(db, async (tx) => {
    for (const [n, id] of ids.entries()) {
      await tx`insert into products (id, slug, name, image_path, image_alt, published_at)
        values (${id}, ${id}, 'Product', '/holdfast.svg', 'x', ${day(n + 1)})`;
    }
  });
  for (const [n, id] of ids.entries()) expect(await publishedAt(id, day(9))).toEqual(day(n + 1));
});
