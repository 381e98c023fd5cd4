import { z } from "zod";
import type { OrderAnswer, OrderList } from "@/contracts/orders";
import { OrderSchema } from "@/contracts/orders";
import { NOBODY } from "../cart-utils/nobody";
import { ProblemError } from "../http/problem";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { isOrderKey, orderUrl } from "./order-link";
import { serverNow } from "./sql-answers";

const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("found"), serverNow, order: OrderSchema }),
  z.object({ outcome: z.literal("not_found"), serverNow }),
]);

/** Any order, for admins and for whoever was let through before. Throws `order_not_found`. */
export async function readOrder(orderId: string): Promise<OrderAnswer> {
  return read({ p_order_id: orderId });
}

/** The order for its shopper, or for whoever shows the key of its link. Everybody else: `order_not_found`. */
export async function getOrder(
  orderId: string,
  shopperId: string | null,
  key: string | undefined,
): Promise<OrderAnswer> {
  if (isOrderKey(orderId, key)) return readOrder(orderId);
  return read({ p_order_id: orderId, p_shopper_id: shopperId ?? NOBODY });
}

async function read(args: { p_order_id: string; p_shopper_id?: string }): Promise<OrderAnswer> {
  const answer = await callFunction("get_order", args, AnswerSchema, IF_IDEMPOTENT);
  if (answer.outcome === "not_found")
    throw new ProblemError("order_not_found", { serverNow: answer.serverNow });
  const { order } = answer;
  return { serverNow: answer.serverNow, order, orderUrl: orderUrl(order.orderId) };
}

/** Orders on one page of a list. */
const PAGE = 20;

const ListSchema = z.object({ serverNow, orders: z.array(OrderSchema) });

/** The user's orders, newest first. */
export async function listOrders(shopperId: string, before: number | undefined): Promise<OrderList> {
  const args = {
    p_shopper_id: shopperId,
    p_limit: PAGE + 1,
    ...(before !== undefined && { p_before_number: before }),
  };
  return pageOf(await callFunction("list_orders", args, ListSchema, IF_IDEMPOTENT));
}

type Filter = { [name in "status" | "worklist" | "email" | "number"]?: string | number | undefined };

/** Orders for admins, newest first: all, or those that the filter leaves. */
export async function searchOrders(filter: Filter, before: number | undefined): Promise<OrderList> {
  const args = {
    p_filter: filter,
    p_limit: PAGE + 1,
    ...(before !== undefined && { p_before_number: before }),
  };
  return pageOf(await callFunction("search_orders", args, ListSchema, IF_IDEMPOTENT));
}

/** One more than a page was asked for: whether there is another. */
function pageOf({ serverNow, orders }: z.infer<typeof ListSchema>): OrderList {
  const page = orders.slice(0, PAGE);
  return { serverNow, orders: page, nextBefore: orders.length > PAGE ? (page.at(-1)?.number ?? null) : null };
}
