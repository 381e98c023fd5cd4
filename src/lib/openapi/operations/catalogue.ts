import { z } from "zod";
import { AvailabilityListSchema, ProductAnswerSchema, ProductListSchema } from "@/contracts/catalogue";
import { IdSchema, MAX_LINES } from "@/contracts/common";
import { availability, heldByOthers, product, SERVER_NOW, VARIANT_ID } from "../examples";
import { DATABASE, type Operation } from "../operation";

export const catalogue: Operation[] = [
  {
    id: "listProducts",
    method: "get",
    path: "/api/products",
    tag: "Catalogue",
    summary: "The catalogue, with variants, prices and what is available",
    caller: "anyone",
    cache: "shared",
    answers: {
      200: {
        description: "Every published product, in the shop's order.",
        schema: ProductListSchema,
        examples: { catalogue: { serverNow: SERVER_NOW, products: [product] } },
      },
    },
    problems: DATABASE,
  },
  {
    id: "findProduct",
    method: "get",
    path: "/api/products/{slug}",
    tag: "Catalogue",
    summary: "One product",
    caller: "anyone",
    cache: "shared",
    params: { path: z.object({ slug: z.string().meta({ example: "tidewater-vase" }) }) },
    answers: {
      200: {
        description: "The published product of that slug.",
        schema: ProductAnswerSchema,
        examples: { product: { serverNow: SERVER_NOW, product } },
      },
    },
    problems: [...DATABASE, "product_not_found"],
  },
  {
    id: "getAvailability",
    method: "get",
    path: "/api/stock/availability",
    tag: "Catalogue",
    summary: "What is available of these variants",
    description:
      "Says whether the rest is sold or only held, and then when the first hold ends. Counted up to a maximum (`atLeast`); at most a second old.",
    caller: "anyone",
    cache: "shared",
    params: {
      query: z.object({
        variantIds: z
          .array(IdSchema)
          .min(1)
          .max(MAX_LINES)
          .meta({
            param: { style: "form", explode: false },
            description: "Ids of variants, with commas between them.",
            example: [VARIANT_ID],
          }),
      }),
    },
    answers: {
      200: {
        description: "One entry for each known variant; unknown ids are left out.",
        schema: AvailabilityListSchema,
        examples: { two: { serverNow: SERVER_NOW, availability: [availability, heldByOthers] } },
      },
    },
    problems: [...DATABASE, "validation_failed"],
  },
];
