import type { Failure } from "./refusals";

/** Why the payment did not begin, or could not be left. Nothing is lost in any of these. */
export function checkoutFailureText(failure: Failure, doing: "paying" | "going_back"): string {
  if (failure.kind === "unreachable") {
    return "The shop did not answer. Check your connection and try again: nothing is paid twice.";
  }
  if (failure.kind === "unexpected") return "Something went wrong on our side. Try again in a moment.";
  switch (failure.code) {
    case "payment_unavailable":
      return doing === "paying"
        ? "The payment page cannot be reached right now. Your pieces stay held meanwhile, and nothing was charged. Try again in a moment."
        : "The payment page cannot be reached right now, so the payment stays open for the moment. Try again shortly.";
    case "cart_empty":
      return "Nothing is held for you any more, so there is nothing to pay.";
    case "limit_reached":
      return "These pieces were held for a payment for as long as is possible. Finish within the time that is left, or let them go.";
    case "payment_open":
      return "A payment for this is open already.";
    case "validation_failed":
      return "Something in the form is not right. Please check it.";
    case "too_many_requests":
      return "That was a lot in a short time. Nothing was charged: try again in a minute.";
    case "database_unavailable":
    case "server_busy":
      return "The shop cannot answer right now. Nothing was charged: try again in a moment.";
    default:
      return "That did not work. Nothing was charged: try again.";
  }
}
