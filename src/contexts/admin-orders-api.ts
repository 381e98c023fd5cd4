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

function post(orderId: string, action: string, body: object, headers: Record<string, string> = {}) {
  const init = withBody("POST", body);
  return request(
    browserFetch,
    `${ORDERS}/${orderId}/${action}`,
    { ...init, headers: { ...init.headers, ...headers } },
    OrderAnswerSchema,
  );
}

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
  refund: (order: Order, body: RefundBody, key: string) =>
    post(order.orderId, "refund", body, { "Idempotency-Key": key }),
  cancel: (order: Order, restock: z.infer<typeof CancelBodySchema>["restock"]) =>
    post(order.orderId, "cancel", { restock }),
  ship: (order: Order, tracking: string) => post(order.orderId, "ship", tracking === "" ? {} : { tracking }),
  decideRestock: (order: Order, body: RestockBody) => post(order.orderId, "restock", body),
  retryRefund: (order: Order, refundId: string) => post(order.orderId, "retry-refund", { refundId }),
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
