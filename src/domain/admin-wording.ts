/** What happened instead of what an admin wanted, in words. `unreachable`: whether it was done is not known. */
export function adminFailureText(code: string): string {
  return TEXTS[code] ?? "That did not work. Nothing was changed.";
}

const TEXTS: Readonly<Record<string, string>> = {
  unreachable:
    "The shop did not answer, so nobody knows whether it was done. Press again within five minutes: it is done once. Later, look first.",
  validation_failed: "Some of this is not as it has to be.",
  sign_in_required: "You are no longer signed in. Sign in again; what you typed stays on this page.",
  admin_only: "You are no admin of the shop any more.",
  reservation_not_found: "There is no such hold.",
  reservation_ended: "This hold has ended already.",
  idempotency_mismatch:
    "This was sent twice, and not the same both times. The first is done; load the page again to see it.",
  payment_open: "A payment is open for these units. They cannot be taken back before it has ended.",
  payment_unavailable: "Its payment cannot be ended right now, so the hold stays. Try again in a moment.",
  product_not_found: "This product is gone.",
  variant_not_found: "This variant is gone.",
  stock_level_not_found: "This variant is not kept at that location.",
  units_held: "Shoppers hold some of these units.",
  below_zero: "There are not that many units, or there would be more than can be counted.",
  stock_changed: "The stock changed since the preview. Nothing was done: look at a new preview first.",
  import_refused: "One of the rows cannot be done, so none was.",
  slug_taken: "Another product has this address.",
  sku_taken: "Another variant has this SKU.",
  no_variants: "Add a variant first: there is nothing to sell yet.",
  body_too_large: "That is too much at once.",
  not_a_picture: "This file is no PNG, JPEG, WebP or AVIF. Save the picture as one of these first.",
  picture_too_large: "This picture is larger than 2 MiB. Save it smaller first.",
  database_unavailable: "The shop cannot look after its stock right now. Nothing was changed.",
  auth_unavailable: "Nobody can be recognised right now. Nothing was changed.",
};

/** `15 min`, `1 h 30 min`, `45 s`: a length of time as an admin reads it. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3_600), "h"],
    [Math.floor((whole % 3_600) / 60), "min"],
    [whole % 60, "s"],
  ].filter(([count]) => count !== 0);
  return parts.length === 0 ? "0 s" : parts.map((part) => part.join(" ")).join(" ");
}

/** `1 unit`, `2 units`. */
export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en-IE")} ${count === 1 ? one : many}`;

/** The states of a hold as pages call them. */
export const STATE_WORDS = {
  active: "active",
  lapsed: "lapsed, not swept yet",
  paying: "being paid",
  confirmed: "sold",
  released: "given back",
  expired: "expired",
} as const;
