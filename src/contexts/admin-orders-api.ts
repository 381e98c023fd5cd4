import type { z } from "zod";
import {
  type CancelBodySchema,
  type Order,
  type OrderAnswer,
  OrderAnswerSchema,
  type OrderList,
  OrderListSchema,
  type Reconciliation,
  ReconciliationSchema,
  type RefundBody,
  type RestockBody,
} from "@/contracts/orders";
import { createOnce } from "./admin-once";
import { browserFetch } from "./browser-fetch";
import { type Answer, request, withBody } from "./cart-api";
import { newKey } from "./new-key";

export interface OrderFilter {
  worklist?: string | undefined;
  status?: string | undefined;
  email?: string | undefined;
  number?: string | undefined;
}

const ORDERS = "/api/admin/orders";

const once = createOnce();
const change = (order: Order, action: string, body: object) =>
  once("POST", `${ORDERS}/${order.orderId}/${action}`, body, OrderAnswerSchema);

/** The admin's side of the routes of orders. Each change answers with the order as it is then. */
export const adminOrdersApi = {
  list(filter: OrderFilter, before: number | null): Promise<Answer<OrderList>> {
    const given = Object.entries({ ...filter, before: before?.toString() }).filter(([, value]) => value);
    const query = new URLSearchParams(given as [string, string][]);
    return request(browserFetch, `${ORDERS}?${query}`, { method: "GET" }, OrderListSchema);
  },
  read: (orderId: string): Promise<Answer<OrderAnswer>> =>
    request(browserFetch, `${ORDERS}/${orderId}`, { method: "GET" }, OrderAnswerSchema),
  /** `key`: the same for the same wish, so that money goes back once. */
  refund(order: Order, body: RefundBody, key: string): Promise<Answer<OrderAnswer>> {
    const init = withBody("POST", body);
    const headers = { ...init.headers, "Idempotency-Key": key };
    return request(
      browserFetch,
      `${ORDERS}/${order.orderId}/refund`,
      { ...init, headers },
      OrderAnswerSchema,
    );
  },
  cancel: (order: Order, restock: z.infer<typeof CancelBodySchema>["restock"]) =>
    change(order, "cancel", { restock }),
  ship: (order: Order, tracking: string) => change(order, "ship", tracking === "" ? {} : { tracking }),
  decideRestock: (order: Order, body: RestockBody) => change(order, "restock", body),
  retryRefund: (order: Order, refundId: string) => change(order, "retry-refund", { refundId }),
  newKey: () => newKey(),
  reconcile(after: string | null): Promise<Answer<Reconciliation>> {
    const query = after === null ? "" : `?${new URLSearchParams({ after })}`;
    return request(
      browserFetch,
      `/api/admin/reconciliation${query}`,
      { method: "GET" },
      ReconciliationSchema,
    );
  },
};
