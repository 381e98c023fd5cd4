import type Stripe from "stripe";
import { escapeHtml } from "../html.ts";
import { isDelayed } from "./checkout-rules.ts";

/** Plain HTML, no script: what a shopper sees instead of checkout.stripe.com. */
export function payPage(
  session: Stripe.Checkout.Session,
  lineItems: Stripe.LineItem[],
  problem: string | null,
): string {
  if (session.status === "expired") {
    return page(
      "This payment page has expired",
      `<p>Nothing was paid. Go back to the store to start again.</p>${back(session)}`,
    );
  }
  if (session.status === "complete") {
    return page("This payment is done", `<p>There is nothing left to do here.</p>`);
  }
  const lines = lineItems.map(
    ({ description, quantity, amount_total }) =>
      `<tr><th scope="row">${escapeHtml(description ?? "")}${quantity === 1 ? "" : ` × ${quantity}`}</th><td>${price(amount_total, session)}</td></tr>`,
  );
  const shipping = session.total_details?.amount_shipping ?? 0;
  if (session.shipping_cost)
    lines.push(`<tr><th scope="row">Shipping</th><td>${price(shipping, session)}</td></tr>`);
  const total = price(session.amount_total ?? 0, session);
  const delayed = session.payment_method_types.some(isDelayed);
  return page(
    `Pay ${total}`,
    `${problem ? `<p class="problem" role="alert">${escapeHtml(problem)}</p>` : ""}
<table><caption>Your order</caption><tbody>${lines.join("")}</tbody>
<tfoot><tr><th scope="row">Total</th><td>${total}</td></tr></tfoot></table>
<form method="post">
<p><label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="email" required value="${escapeHtml(session.customer_email ?? "")}"${session.customer_email ? " readonly" : ""}></p>
<button name="outcome" value="success">Pay ${total}</button>
<button class="quiet" name="outcome" value="decline">Try a card that is declined</button>
${
  delayed
    ? `<button class="quiet" name="outcome" value="delayed_success">Bank debit, succeeds in 5 s</button>
<button class="quiet" name="outcome" value="delayed_failure">Bank debit, fails in 5 s</button>`
    : ""
}
</form>
${back(session)}
<p class="note">This page can be paid until <time datetime="${iso(session.expires_at)}">${time(session.expires_at)}</time>.</p>`,
  );
}

export function noSuchPage(): string {
  return page("There is no such payment page", "<p>Check the address, or go back to the store.</p>");
}

const back = ({ cancel_url }: Stripe.Checkout.Session) =>
  cancel_url ? `<p><a href="${escapeHtml(cancel_url)}">Back to the store</a></p>` : "";

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title} (stand-in for Stripe)</title><style>${STYLE}</style></head>
<body><header><strong>Stand-in for Stripe.</strong> This page runs on your own machine. No money moves.</header>
<main><h1>${title}</h1>
${body}</main></body></html>`;
}

function price(cents: number, { currency }: Stripe.Checkout.Session): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency: currency ?? "usd" });
  return format.format(cents / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const time = (seconds: number) =>
  new Date(seconds * 1000).toLocaleString("en-US", { dateStyle: "medium", timeStyle: "short" });

const STYLE = `
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1a1f36; background: #f6f8fa; }
body { margin: 0; }
header { padding: .75rem 1rem; background: #fff3cd; color: #4d3800; text-align: center; border-bottom: 1px solid #e0c36a; }
main { max-width: 30rem; margin: 1.5rem auto; padding: 1.5rem; background: #fff; border: 1px solid #d5dbe1; border-radius: .75rem; box-sizing: border-box; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
table { width: 100%; border-collapse: collapse; margin-bottom: 1rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { text-align: left; font-weight: 400; padding: .4rem 0; border-top: 1px solid #e6e9ed; vertical-align: top; overflow-wrap: anywhere; }
td { text-align: right; white-space: nowrap; padding-left: 1rem; font-variant-numeric: tabular-nums; }
tfoot th, tfoot td { font-weight: 700; border-top: 2px solid #1a1f36; }
label { display: block; font-weight: 600; }
input, button { font: inherit; width: 100%; box-sizing: border-box; min-height: 2.75rem; border-radius: .5rem; padding: .5rem .75rem; }
input { border: 1px solid #687385; }
input[readonly] { background: #f1f3f5; }
button { margin-top: .75rem; border: 2px solid #3d38c9; background: #3d38c9; color: #fff; font-weight: 600; cursor: pointer; }
button.quiet { background: #fff; color: #3d38c9; }
:focus-visible { outline: 3px solid #f0a500; outline-offset: 2px; }
a { color: #3d38c9; display: inline-block; padding: .5rem 0; }
.note { color: #4f5b6b; margin-bottom: 0; }
.problem { background: #fde8e8; color: #8a1212; border: 1px solid #c53030; border-radius: .5rem; padding: .75rem; }
@media (max-width: 32rem) { main { margin: 0; border-width: 0 0 1px; border-radius: 0; } }
`;
