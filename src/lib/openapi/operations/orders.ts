import { z } from "zod";
import { OrderAnswerSchema, OrderListSchema, OrderParamsSchema } from "@/contracts/orders";
import { ORDER_URL, order, SERVER_NOW } from "../examples";
import { type Operation, SHOPPER } from "../operation";

const common = { method: "get", tag: "Orders", cache: "personal" } as const;

export const orders: Operation[] = [
  {
    ...common,
    id: "listOrders",
    path: "/api/orders",
    caller: "user",
    summary: "The orders of who is signed in",
    description: "Newest first, twenty at a time.",
    params: {
      query: z.object({
        before: z.int().min(1).optional().meta({ description: "Orders with a smaller number than this." }),
      }),
    },
    answers: {
      200: {
        description: "A page of them.",
        schema: OrderListSchema,
        examples: { one: { serverNow: SERVER_NOW, orders: [order], nextBefore: null } },
      },
    },
    problems: [...SHOPPER, "sign_in_required", "validation_failed"],
  },
  {
    ...common,
    id: "getOrder",
    path: "/api/orders/{orderId}",
    caller: "shopper",
    summary: "An order",
    description: "For the shopper who made it, and for whoever has the key of its link.",
    params: {
      path: OrderParamsSchema,
      query: z.object({
        key: z.string().min(1).max(128).optional().meta({ description: "As in the link of the order." }),
      }),
    },
    answers: {
      200: {
        description: "The order as it is now.",
        schema: OrderAnswerSchema,
        examples: { paid: { serverNow: SERVER_NOW, order, orderUrl: ORDER_URL } },
      },
    },
    problems: [...SHOPPER, "validation_failed", "order_not_found"],
  },
];
