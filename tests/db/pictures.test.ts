import { describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { NO_PICTURES, PICTURES } from "../support/pictures.ts";
import { must } from "../support/shop.ts";
import { adminId } from "./admin-calls.ts";

const db = useTestDatabase();

type Saved = { outcome: string; imagePath?: string };
async function save(content: Buffer | null, admin: string | null = adminId): Promise<Saved> {
  const [row] = await db.sql<{ answer: Saved }[]>`
    select admin_save_picture(${content?.toString("base64") ?? null}, ${admin}) as answer`;
  return must(row).answer;
}
async function read(path: string): Promise<{ outcome: string; content?: string }> {
  const [, hash = "", type = ""] = /^\/pictures\/(\w+)\.(\w+)$/.exec(path) ?? [];
  const [row] = await db.sql<{ answer: { outcome: string; content?: string } }[]>`
    select get_picture(${hash}, ${type}) as answer`;
  return must(row).answer;
}
const count = async () => {
  const [row] = await db.sql<{ count: number }[]>`select count(*)::int from product_pictures`;
  return must(row).count;
};
/** As somebody with an SQL editor. */
const type = (content: Buffer) =>
  db.sql`insert into product_pictures (content, admin_id) values (${content}, ${adminId})`;

test.each(Object.entries(PICTURES))(
  "a file that is a %s is kept under its hash, once, and given back",
  async (of, content) => {
    const { outcome, imagePath = "" } = await save(content);
    expect(outcome).toBe("saved");
    expect(imagePath).toMatch(new RegExp(`^/pictures/[0-9a-f]{64}\\.${of}$`));
    const before = await count();
    expect(await save(content)).toMatchObject({ outcome: "saved", imagePath });
    expect(await count()).toBe(before);
    const found = await read(imagePath);
    expect(Buffer.from(found.content ?? "", "base64").equals(content)).toBe(true);
    expect(await read(imagePath.replace(of, of === "png" ? "jpg" : "png"))).toEqual({ outcome: "not_found" });
    const trail = await db.sql<{ admin_id: string; after: object }[]>`
    select admin_id, after from admin_trail where entity = 'picture' and after ->> 'imagePath' = ${imagePath}`;
    expect(trail.map(({ admin_id, after }) => ({ admin_id, after }))).toEqual([
      { admin_id: adminId, after: { imagePath, bytes: content.length } },
    ]);
  },
);

describe.each(Object.entries(NO_PICTURES))("%s", (_, content) => {
  test("is no picture, and is not kept", async () => {
    const before = await count();
    expect(await save(content)).toMatchObject({ outcome: "not_a_picture" });
    expect(await count()).toBe(before);
  });

  test("cannot be typed in either", async () => {
    await expect(type(content)).rejects.toMatchObject({ code: "23502", column_name: "type" });
  });
});

test("2 MiB are taken, and one byte more is not", async () => {
  const sized = (bytes: number) => Buffer.concat([PICTURES.png, Buffer.alloc(bytes - PICTURES.png.length)]);
  const most = 2 * 1024 * 1024;
  expect(await save(sized(most))).toMatchObject({ outcome: "saved" });
  expect(await save(sized(most + 1))).toMatchObject({ outcome: "too_large" });
  await expect(type(sized(most + 1))).rejects.toMatchObject({
    constraint_name: "product_pictures_content_is_small",
  });
});

test("nobody can say what a picture is, or what it is called", async () => {
  await save(PICTURES.jpg);
  await expect(db.sql`update product_pictures set type = 'png'`).rejects.toMatchObject({ code: "428C9" });
  await expect(db.sql`update product_pictures set hash = ${"0".repeat(64)}`).rejects.toMatchObject({
    code: "428C9",
  });
});

test("without a file or an admin it is HF001", async () => {
  await expect(save(null)).rejects.toMatchObject({ code: "HF001" });
  await expect(save(PICTURES.png, null)).rejects.toMatchObject({ code: "HF001" });
});
