/** Why something did not happen, as the pages need to know it. */
export type Failure =
  | {
      kind: "refused";
      code: string;
      available: number | null;
      nextReleaseAt: string | null;
      limit: { name: string; value: number } | null;
    }
  /** No answer came: whether it happened is not known until the cart is read again. */
  | { kind: "unreachable" }
  /** An answer came that we do not understand. */
  | { kind: "unexpected" };

type Refused = Extract<Failure, { kind: "refused" }>;

export interface FailureWording {
  /** The shopper asked for more of what they hold already. */
  holdsSome: boolean;
  formatTime: (instant: string) => string;
}

export function failureText(failure: Failure, wording: FailureWording): string {
  switch (failure.kind) {
    case "unreachable":
      return "The shop did not answer. Check your connection and try again.";
    case "unexpected":
      return "Something went wrong on our side. Your cart shows what is really held.";
    case "refused":
      return refusalText(failure, wording);
  }
}

function refusalText(refused: Refused, wording: FailureWording): string {
  switch (refused.code) {
    case "insufficient_stock":
      return shortageText(refused, wording);
    case "limit_reached":
      return limitText(refused);
    case "too_many_requests":
      return tooManyText(refused);
    case "extension_limit":
      return "This hold has reached its longest time and cannot be kept any longer.";
    case "hold_expired":
      return "This hold has ended, and its units are no longer free.";
    case "reservation_not_found":
      return "This hold is gone already. The cart shows what is held now.";
    case "reservation_ended":
      return "This hold was given back already. The cart shows what is held now.";
    case "variant_not_found":
      return "This piece is no longer in the shop.";
    case "payment_open":
      return "A payment for this is open. Finish or leave it first.";
    case "server_busy":
      return "Very many people are here at once. Nothing was changed: try again in a moment.";
    case "database_unavailable":
      return "The shop cannot look after its stock right now. Try again in a moment.";
    default:
      return "That did not work. Your cart shows what is really held.";
  }
}

function shortageText({ available, nextReleaseAt }: Refused, { holdsSome, formatTime }: FailureWording) {
  const units = available ?? 0;
  const more = holdsSome ? "more " : "";
  if (units > 0) return `Only ${units} ${more}${units === 1 ? "is" : "are"} free right now.`;
  if (nextReleaseAt !== null) {
    return `${holdsSome ? "The rest are" : "All are"} held right now. The next may come free at ${formatTime(nextReleaseAt)}.`;
  }
  return holdsSome ? "No more are left." : "None are left.";
}

function tooManyText({ limit }: Refused) {
  return limit?.name === "max_unconverted_holds"
    ? "You have held this several times without buying it. Others get a turn now: try again in a while."
    : "That was a lot in a short time. Nothing was changed: try again in a minute.";
}

function limitText({ limit }: Refused) {
  if (limit === null) return "That is more than one shopper may hold at once.";
  if (limit.name === "max_units_per_address") {
    return `From your network at most ${limit.value} of this piece may be held at once.`;
  }
  return limit.name === "max_units_per_shopper"
    ? `One shopper may hold at most ${limit.value} units at once.`
    : `One shopper may hold at most ${limit.value} of this piece at once.`;
}
