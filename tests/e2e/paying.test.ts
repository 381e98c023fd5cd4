import { describe, expect, it } from "vitest";
import { mailbox, stripeControls } from "../support/stand-ins.ts";
import { storeUrl, useStoreDatabase } from "../support/store.ts";
import {
  expectStory,
  fillDetails,
  goToPayPage,
  newPiece,
  onPayPage,
  payButton,
  paymentOf,
  setWindow,
  shelfOf,
  toCheckout,
  windowIsOver,
} from "./payer.ts";
import { addToCart, REFUSALS, useShoppers } from "./shopper.ts";

const newShopper = useShoppers();
const sql = useStoreDatabase();

/** A machine that does much else may take its time. */
const SOON = { timeout: 60_000 };

describe("from the shelf to the confirmation", () => {
  it("a shopper pays, is told, gets a mail, and keeps a link that opens the order anywhere", async () => {
    const { name, slug, variantId } = await newPiece(sql, 3);
    const { page } = await newShopper();
    const origins = new Set<string>();
    const referrers: string[] = [];
    page.on("request", (request) => {
      origins.add(new URL(request.url()).origin);
      referrers.push(request.headers().referer ?? "");
    });
    await toCheckout(page, slug);
    const order = page.getByRole("complementary", { name: "Your order" });
    expect(await order.textContent()).toContain("Total to pay€24.90");
    const email = await fillDetails(page);
    await goToPayPage(page);
    const payOrigin = new URL(page.url()).origin;
    expect(await page.getByLabel("E-mail").inputValue()).toBe(email);
    expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 3, reserved: 1 });
    await payButton(page).click();
    const { path, pathname } = await expectStory(page, "Thank you.");
    await page.getByText(name).waitFor();
    await expect.poll(() => page.url(), SOON).not.toContain("session_id");
    expect(path).toMatch(/\?key=/);
    expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 2, reserved: 0 });
    expect([...origins].toSorted()).toEqual([storeUrl(), payOrigin].toSorted());
    expect(referrers.filter((referrer) => referrer.includes("key="))).toEqual([]);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    const [mail] = await mailbox().wait({ to: email });
    expect(mail?.text).toContain(new URL(page.url()).pathname);

    const anywhere = await newShopper();
    await anywhere.page.goto(page.url());
    await expectStory(anywhere.page, "Thank you.");
    const stranger = await newShopper();
    await stranger.page.goto(pathname);
    await stranger.page.getByRole("heading", { name: "This link opens no order." }).waitFor();
    stranger.forgive(REFUSALS);
    await page.goto("/cart");
    await page.getByText("Nothing is held for you.").waitFor();
  });

  it("a card that is declined can be followed by one that is not", async () => {
    const { slug, variantId } = await newPiece(sql, 1);
    const { page, forgive } = await newShopper();
    await toCheckout(page, slug);
    await fillDetails(page);
    await goToPayPage(page);
    await page.getByRole("button", { name: "Try a card that is declined" }).click();
    await page.getByRole("alert").waitFor();
    await payButton(page).click();
    await expectStory(page, "Thank you.");
    expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 0, reserved: 0 });
    forgive(/status of 402/);
  });

  it("all of it by keyboard", async () => {
    const { slug } = await newPiece(sql, 1);
    const { page } = await newShopper();
    await addToCart(page, slug);
    await page.getByRole("dialog").getByRole("link", { name: "Checkout" }).press("Enter");
    await page.getByLabel("E-mail").focus();
    const typed = ["anna@example.com", "Ireland", "Anna Example", "Quay 1", "", "D01 F5P2", "Dublin"];
    for (const [nth, text] of typed.entries()) {
      if (nth > 0) await page.keyboard.press("Tab");
      await page.keyboard.type(text);
    }
    await page.keyboard.press("Enter");
    await onPayPage(page);
    await payButton(page).press("Enter");
    await expectStory(page, "Thank you.");
  });
});

describe("a shopper who leaves the payment page", () => {
  it("by its way back has the pieces in the cart again, what was typed, and pays after all", async () => {
    const { slug, variantId } = await newPiece(sql, 1);
    const { page } = await newShopper();
    await toCheckout(page, slug);
    const email = await fillDetails(page);
    await goToPayPage(page);
    const first = await paymentOf(sql, email);
    await page.getByRole("link", { name: "Back to the store" }).click();
    await page.getByText("Nothing was paid.").waitFor();
    expect(new URL(page.url()).search).toBe("");
    expect(await page.getByLabel("Town or city").inputValue()).toBe("Dublin");
    expect((await paymentOf(sql, email)).status).not.toBe("open");
    await goToPayPage(page);
    expect((await paymentOf(sql, email)).id).not.toBe(first.id);
    await payButton(page).click();
    await expectStory(page, "Thank you.");
    expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 0, reserved: 0 });
  });

  it("by the browser’s own “back” finds the payment open wherever the cart is, and goes on with it", async () => {
    const { slug } = await newPiece(sql, 1);
    const { page } = await newShopper();
    await toCheckout(page, slug);
    const email = await fillDetails(page);
    await goToPayPage(page);
    const payPage = page.url();
    await page.goto("/");
    await page.getByRole("complementary").getByText("Your payment is open").waitFor();
    await page.goto("/cart");
    await page.getByRole("heading", { name: "Your payment is open" }).waitFor();
    expect(await page.getByText("Nothing is held for you.").count()).toBe(0);
    await page.goto("/checkout");
    await page.getByRole("link", { name: "Continue to the payment" }).click();
    await onPayPage(page);
    expect(page.url()).toBe(payPage);
    await payButton(page).click();
    await expectStory(page, "Thank you.");
    expect((await paymentOf(sql, email)).status).toBe("succeeded");
  });

  it("and goes back from the cart gets the units back into it", async () => {
    const { slug, name } = await newPiece(sql, 1);
    const { page } = await newShopper();
    await toCheckout(page, slug);
    await fillDetails(page);
    await goToPayPage(page);
    await page.goto("/cart");
    await page.getByRole("button", { name: "Back to the cart" }).click();
    await page.getByRole("link", { name }).waitFor();
    await page.getByRole("timer").waitFor();
    expect(await page.getByText("Your payment is open").count()).toBe(0);
  });
});

describe("a payment that comes", () => {
  it("after its window finds its page shut: nothing is paid, and the shop says so", async () => {
    const { slug, variantId } = await newPiece(sql, 1);
    const { page, context } = await newShopper();
    await toCheckout(page, slug);
    const email = await fillDetails(page);
    await setWindow(sql, 3);
    await goToPayPage(page);
    await setWindow(sql, 900);
    const { id, order_id } = await paymentOf(sql, email);
    await windowIsOver(sql, id);
    // Somebody else who would be refused only because of it is enough to end it: nobody waits for a cron.
    const other = await newShopper();
    await addToCart(other.page, slug);
    await payButton(page).click();
    await page.getByText("Nothing was paid.").waitFor();
    expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
    const key = await context.request.get(`${storeUrl()}/api/orders/${order_id}`);
    const { orderUrl } = (await key.json()) as { orderUrl: string };
    await page.goto(orderUrl);
    await expectStory(page, "This order was not paid.");
    await page.getByRole("link", { name: "Back to the cart" }).click();
    await page.getByRole("heading", { name: "No longer held" }).waitFor();
  });

  it("when its units are gone is paid back, and the page says it plainly and follows the money", async () => {
    const { slug, variantId } = await newPiece(sql, 1);
    const { page } = await newShopper();
    await toCheckout(page, slug);
    const email = await fillDetails(page);
    await goToPayPage(page);
    const { id, session_id } = await paymentOf(sql, email);
    await stripeControls().nextRefunds({ statuses: ["pending"] });
    // Its end was written down although the page could still be paid, and then somebody else came.
    const session = { sessionId: session_id, status: "expired", paymentStatus: "unpaid" };
    await sql`select settle_payment(${id}, ${sql.json(session)}, 'expire')`;
    const other = await newShopper();
    await addToCart(other.page, slug);
    await payButton(page).click();
    await expectStory(page, "We are sorry: it is gone.");
    await page.getByText(/The pieces were gone when the payment arrived/).waitFor();
    expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
    const stripeRefundId = async () => {
      const [row] = await sql<{ stripe_refund_id: string | null }[]>`
        select stripe_refund_id from refunds where payment_id = ${id}`;
      return row?.stripe_refund_id ?? null;
    };
    await expect.poll(stripeRefundId, SOON).not.toBeNull();
    await stripeControls().settleRefund({ refund: String(await stripeRefundId()), status: "succeeded" });
    await page.getByText(/The pieces were gone when the payment arrived: done/).waitFor({ timeout: 60_000 });
  });

  it("cannot begin while the payment service is away: said, nothing lost, tried again", async () => {
    const { slug, variantId } = await newPiece(sql, 1);
    const { page, forgive } = await newShopper();
    await toCheckout(page, slug);
    await fillDetails(page);
    await stripeControls().fault({ how: "error", match: "POST /v1/checkout/sessions", times: null });
    await page.getByRole("button", { name: /^Pay €/ }).click();
    await page.getByRole("alert").getByText("The payment page cannot be reached right now").waitFor();
    await stripeControls().noFaults();
    expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
    await page.getByRole("button", { name: "Try the payment again" }).click();
    await onPayPage(page);
    await payButton(page).click();
    await expectStory(page, "Thank you.");
    forgive(/status of 503|response 503/);
  });
});

describe("two tabs", () => {
  it("what one changes the other says, line by line, before it is paid", async () => {
    const { slug, name } = await newPiece(sql, 5);
    const { page, context } = await newShopper();
    await toCheckout(page, slug);
    await fillDetails(page);
    const other = await context.newPage();
    await other.goto("/cart");
    await other.getByRole("button", { name: /^One more/ }).click();
    await page.getByRole("heading", { name: "Your cart has changed" }).waitFor();
    await page.getByText(`${name}, Variant: 2 units instead of 1.`).waitFor();
    expect(await page.getByRole("button", { name: /^Pay €/ }).getAttribute("aria-disabled")).toBe("true");
    await page.getByRole("button", { name: "Go on with the cart as it is now" }).click();
    expect(await page.getByLabel("Town or city").inputValue()).toBe("Dublin");
    await goToPayPage(page);
    await page.getByText("€44.90").first().waitFor();
    // The other tab knows of the payment without being looked at.
    await other.getByRole("heading", { name: "Your payment is open" }).waitFor();
  });
});
