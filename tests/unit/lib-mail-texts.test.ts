import { describe, expect, it } from "vitest";
import { OrderSchema, type Refund } from "@/contracts/orders";
import { type MailKind, mailText } from "@/lib/mail/texts";
import { order as example, REFUND_ID } from "@/lib/openapi/examples";

const order = OrderSchema.parse({ ...example, tracking: "AN 4711" });
const refund: Refund = {
  refundId: REFUND_ID,
  amountCents: 6800,
  reason: "requested",
  status: "succeeded",
  createdAt: example.createdAt,
  lines: [],
};
const link = "https://shop.example/orders/1?key=a&b=c";
const kinds: [MailKind, RegExp][] = [
  ["confirmation", /is paid.*2 × Tidewater Vase, Small, 14 cm: €136.*Shipping: €4\.90.*Total: €140\.90/s],
  ["out_of_stock", /pay back all of it, €68/],
  ["payment_failed", /nothing was charged/],
  ["shipped", /Tracking: AN 4711/],
  ["refunded", /€68 of order HF-1001 back/],
];

describe("an e-mail", () => {
  it.each(kinds)("%s says what happened, in text and in HTML, and where the order is read", (kind, said) => {
    const { subject, text, html } = mailText(kind, { order, refund, link });
    expect(subject).toContain("HF-1001");
    expect(text).toMatch(said);
    expect(text).toContain(link);
    expect(html).toContain('href="https://shop.example/orders/1?key=a&amp;b=c"');
    expect(html.replace(/<[^>]+>/g, " ").replaceAll("&amp;", "&")).toContain("HF-1001");
  });

  it("says of a second payment that the order stays as it is", () => {
    const text = (reason: Refund["reason"]) =>
      mailText("refunded", { order, refund: { ...refund, reason }, link }).text;
    expect(text("second_payment")).toContain("HF-1001 was paid twice. It stays as it is");
    expect(text("requested")).not.toContain("twice");
  });

  it("has no link where the shop does not know its address, and no tracking where there is none", () => {
    const { text, html } = mailText("shipped", {
      order: { ...order, tracking: null },
      refund: null,
      link: null,
    });
    expect(text).not.toMatch(/Tracking|:\/\//);
    expect(html).not.toContain("<a");
  });

  it("shows what somebody wrote as text, never as markup", () => {
    const [line] = order.lines;
    const named = { ...order, lines: line ? [{ ...line, productName: '<img src=x onerror="1">&' }] : [] };
    const { text, html } = mailText("confirmation", { order: named, refund: null, link: null });
    expect(html).toContain("&lt;img src=x onerror=&quot;1&quot;&gt;&amp;");
    expect(html).not.toContain("<img");
    expect(text).toContain('<img src=x onerror="1">&');
  });
});
