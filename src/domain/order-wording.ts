type Status = "pending" | "paid" | "refunded_out_of_stock" | "refunded" | "cancelled";
type PaymentStatus = "open" | "processing" | "succeeded" | "failed" | "expired";
type RefundStatus = "requested" | "pending" | "succeeded" | "failed";
type RefundReason =
  | "out_of_stock"
  | "wrong_amount"
  | "requested"
  | "cancelled"
  | "outside"
  | "second_payment";

export interface OrderFacts {
  status: Status;
  paymentStatus: PaymentStatus | null;
  shippedAt: string | null;
  refunds: readonly { status: RefundStatus }[];
}

/** What an order is in two or three words, for lists. */
export function orderStatusText(order: OrderFacts): string {
  switch (order.status) {
    case "pending":
      return order.paymentStatus === "processing" ? "Payment being checked" : "Waiting for payment";
    case "paid":
      return order.shippedAt === null ? "Paid" : "Shipped";
    case "refunded_out_of_stock":
      return "Sold out, paid back";
    case "refunded":
      return "Paid back";
    case "cancelled":
      return "Not paid";
  }
}

export interface OrderStory {
  /** The heading of its page. */
  title: string;
  words: string;
}

/** What became of an order, as one would tell it to the person who waits for it. */
export function orderStory(order: OrderFacts): OrderStory {
  switch (order.status) {
    case "pending":
      return pendingStory(order.paymentStatus);
    case "paid":
      return order.shippedAt === null
        ? { title: "Thank you.", words: "Your payment arrived and the pieces are yours. We pack them next." }
        : { title: "It is on its way.", words: "Your order has left the workshop." };
    case "refunded_out_of_stock":
      return {
        title: "We are sorry: it is gone.",
        words:
          "Your payment arrived after the time for which the pieces were kept, and by then somebody else had them. We never sell a piece twice, so we do not keep your money either: all of it goes back the way it came.",
      };
    case "refunded":
      return { title: "This order was paid back.", words: "All of your money goes back the way it came." };
    case "cancelled":
      return cancelledStory(order.paymentStatus);
  }
}

function pendingStory(paymentStatus: PaymentStatus | null): OrderStory {
  return paymentStatus === "processing"
    ? {
        title: "Your bank is at work.",
        words:
          "You have done your part. Some ways of paying take a while, up to a few days; your pieces are kept until your bank has the last word. We will write to you.",
      }
    : {
        title: "Not paid yet.",
        words: "We have not heard of your payment so far. This page follows it by itself.",
      };
}

function cancelledStory(paymentStatus: PaymentStatus | null): OrderStory {
  return paymentStatus === "failed"
    ? {
        title: "The payment did not work.",
        words: "Your bank said no, and nothing was charged. You can try again, perhaps in another way.",
      }
    : {
        title: "This order was not paid.",
        words: "The payment was left or its time went by. Nothing was charged.",
      };
}

const REASONS: Record<RefundReason, string> = {
  out_of_stock: "The pieces were gone when the payment arrived",
  wrong_amount: "The amount that arrived was not the one agreed",
  requested: "Paid back by the shop",
  cancelled: "The order was cancelled",
  outside: "Paid back by the shop",
  second_payment: "The order was paid twice",
};

const PROGRESS: Record<RefundStatus, string> = {
  requested: "being sent",
  pending: "on its way; banks take a few days",
  succeeded: "done",
  failed: "did not go through yet; we are looking after it",
};

export function refundText({ reason, status }: { reason: RefundReason; status: RefundStatus }): string {
  return `${REASONS[reason]}: ${PROGRESS[status]}.`;
}

/** Nothing about it changes without somebody: whoever looks at it need not ask again. */
export function isSettled(order: OrderFacts): boolean {
  const moneyUnderWay = order.refunds.some(({ status }) => status === "requested" || status === "pending");
  return order.status !== "pending" && !moneyUnderWay;
}
