import { MAX_PICTURE_BYTES } from "@/contracts/pictures";
import type { Sql } from "../support/database.ts";
import { must } from "../support/shop.ts";
import { pin, unknownId } from "./shop-floor.ts";
import { goodWish, newProduct, type Refusal, type Stage, type Wish } from "./wishes.ts";

/** What only the shop's state makes of an admin's wish. */
export function refusalsOfAdmins(sql: Sql): Refusal[] {
  /** The good wish of an admin, but for this. */
  const but = async (id: string, stage: Stage, json: object, path?: Wish["path"]): Promise<Wish> => {
    const { sending, ...wish } = await goodWish(id, stage);
    return { ...wish, ...(path && { path }), sending: { ...sending, json } };
  };
  const ofNothing = async (id: string, stage: Stage): Promise<Wish> => ({
    ...(await goodWish(id, stage)),
    path: { id: unknownId() },
  });
  const row = (sku: string, onHand: string) => ({
    csv: `sku,location,on_hand\n${sku},main,${onHand}\n`,
    reason: "Counted",
  });
  const version = "0".repeat(32);
  const skuOf = async ({ variantId }: Stage) => {
    const [found] = await sql<{ sku: string }[]>`select sku from variants where id = ${variantId}`;
    return must(found).sku;
  };
  const adjust = (stage: Stage, delta: number) => {
    const { variantId, locationId } = stage;
    return but("adjustStock", stage, { variantId, locationId, delta, reason: "Broken" });
  };
  return [
    ["getReservation", "404 reservation_not_found", (stage) => ofNothing("getReservation", stage)],
    ["releaseReservation", "404 reservation_not_found", (stage) => ofNothing("releaseReservation", stage)],
    [
      "releaseReservation",
      "409 reservation_ended",
      async (stage) => {
        await stage.owner.release("all=true");
        return goodWish("releaseReservation", stage);
      },
    ],
    [
      "releaseReservation",
      "409 payment_open",
      async (stage) => {
        await pin(sql, stage.reservationId);
        return goodWish("releaseReservation", stage);
      },
    ],
    [
      "savePicture",
      "422 not_a_picture",
      (stage) => but("savePicture", stage, { content: Buffer.from("<svg/>").toString("base64") }),
    ],
    [
      "savePicture",
      "413 picture_too_large",
      (stage) =>
        but("savePicture", stage, { content: Buffer.alloc(MAX_PICTURE_BYTES + 1).toString("base64") }),
    ],
    ["updateProduct", "404 product_not_found", (stage) => ofNothing("updateProduct", stage)],
    ["createVariant", "404 product_not_found", (stage) => ofNothing("createVariant", stage)],
    ["updateVariant", "404 variant_not_found", (stage) => ofNothing("updateVariant", stage)],
    ["getTimeline", "404 variant_not_found", (stage) => ofNothing("getTimeline", stage)],
    [
      "createProduct",
      "409 slug_taken",
      (stage) => but("createProduct", stage, { ...newProduct, slug: stage.slug }),
    ],
    ["updateProduct", "409 slug_taken", (stage) => but("updateProduct", stage, { slug: "lighthouse-mug" })],
    [
      "updateProduct",
      "409 no_variants",
      async (stage) => {
        const [empty] = await sql<{ id: string }[]>`
          insert into products (slug, name, image_path, image_alt)
          values (${`p-${unknownId()}`}, 'Empty', '/x.svg', 'x') returning id`;
        return but("updateProduct", stage, { isPublished: true }, { id: must(empty).id });
      },
    ],
    [
      "createVariant",
      "409 sku_taken",
      async (stage) =>
        but("createVariant", stage, { sku: await skuOf(stage), name: "Same", priceCents: 1, position: 1 }),
    ],
    ["updateVariant", "409 sku_taken", (stage) => but("updateVariant", stage, { sku: "LANTERN" })],
    ["adjustStock", "409 units_held", (stage) => adjust(stage, -9)],
    ["adjustStock", "409 below_zero", (stage) => adjust(stage, -11)],
    [
      "adjustStock",
      "409 payment_open",
      async (stage) => {
        await pin(sql, stage.reservationId);
        return adjust(stage, -9);
      },
    ],
    ["adjustStock", "404 stock_level_not_found", (stage) => adjust({ ...stage, locationId: unknownId() }, 1)],
    [
      "setSafetyStock",
      "404 stock_level_not_found",
      (stage) => goodWish("setSafetyStock", { ...stage, locationId: unknownId() }),
    ],
    [
      "importStock",
      "409 import_refused",
      (stage) => but("importStock", stage, { ...row("NONE", "1"), version }),
    ],
    [
      "importStock",
      "409 stock_changed",
      async (stage) => but("importStock", stage, { ...row(await skuOf(stage), "12"), version }),
    ],
  ];
}
