import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { mailOf, newEmail, newUser, PASSWORD } from "../support/accounts.ts";
import { must } from "../support/shop.ts";
import { addToCart, cartDrawer, REFUSALS, useShoppers } from "./shopper.ts";

const newShopper = useShoppers();

const account = (page: Page, email: string) => page.getByRole("link", { name: `Your account, ${email}` });
const cartButton = (page: Page) => page.getByRole("button", { name: /^Cart/ });

async function signIn(page: Page, email: string, at = "/sign-in") {
  await page.goto(at);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await account(page, email).waitFor();
}

test("somebody makes an account, confirms it with the code, and keeps what they held as a guest", async () => {
  const { page } = await newShopper();
  await addToCart(page, "lighthouse-mug", /Harbour blue/);
  await page.keyboard.press("Escape");
  const email = newEmail();
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Make an account" }).click();
  await page.getByRole("heading", { name: "Make an account" }).waitFor();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Make an account" }).click();
  await page.getByRole("status").getByText(email).waitFor();
  await page.getByLabel("Code").fill(must((await mailOf(email)).code));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await account(page, email).waitFor();
  expect(await cartButton(page).getAttribute("aria-label")).toBe("Cart, 1 unit");
});

test("a user signs in with a code by e-mail, and the guest's cart joins the user's", async () => {
  const { email } = await newUser();
  const [here, there] = [await newShopper(), await newShopper()];
  await signIn(there.page, email);
  await addToCart(there.page, "lighthouse-mug", /Fog white/);
  await addToCart(here.page, "lighthouse-mug", /Fog white/);
  await addToCart(here.page, "kelp-forest-print", /A4/);
  await here.page.goto("/sign-in?next=/account");
  await here.page.getByRole("button", { name: "Use a code by e-mail instead" }).click();
  await here.page.getByLabel("E-mail").fill(email);
  await here.page.getByRole("button", { name: "Send me a code" }).click();
  await here.page.getByLabel("Code").waitFor();
  await here.page.getByLabel("Code").fill(must((await mailOf(email)).code));
  await here.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await here.page.getByRole("heading", { name: "Your account" }).waitFor();
  expect(await cartButton(here.page).getAttribute("aria-label")).toBe("Cart, 3 units");
  await here.page.getByText("You have not bought anything yet.").waitFor();
});

test("a wrong password is refused in words, beside the field", async () => {
  const { email } = await newUser();
  const { page, forgive } = await newShopper();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("not this one");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText("That did not match").waitFor();
  forgive(/status of 401/);
});

test("signing out leaves nothing of the user's in the browser: not in the cart, in other tabs, or behind “back”", async () => {
  const { email } = await newUser();
  const { page, context } = await newShopper();
  await signIn(page, email);
  await addToCart(page, "lighthouse-mug", /Signal red/);
  await page.goto("/checkout");
  await page.getByLabel("Town or city").fill("Dublin");
  await page.goto("/account");
  await page.getByText("Signal red").first().waitFor();
  const other = await context.newPage();
  await other.goto("/cart");
  await other.getByText("Signal red").first().waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  expect(await cartButton(page).getAttribute("aria-label")).toBe("Cart");
  await other.getByText("Nothing is held for you").first().waitFor();
  expect(await other.getByText("Signal red").count()).toBe(0);
  for (let steps = 0; steps < 2; steps++) {
    await page.goBack().catch(() => undefined);
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    expect(await page.getByText(email).count()).toBe(0);
    expect(await page.getByText("Signal red").and(page.locator("li *")).count()).toBe(0);
  }
  const cookies = await context.cookies();
  expect(cookies.map(({ name }) => name)).toEqual(["holdfast_guest"]);
  const stored = await page.evaluate(async () => [
    localStorage.length,
    sessionStorage.length,
    (await caches.keys()).length,
    (await indexedDB.databases()).length,
  ]);
  expect(stored).toEqual([0, 0, 0, 0]);
});

test("no script can read a cookie of the store", async () => {
  const { email } = await newUser();
  const { page } = await newShopper();
  await signIn(page, email);
  expect(await page.evaluate(() => document.cookie)).toBe("");
});

test.each(["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"])(
  "after signing in, next=%s leads home",
  async (next) => {
    const { email } = await newUser();
    const { page } = await newShopper();
    await signIn(page, email, `/sign-in?${new URLSearchParams({ next })}`);
    expect(new URL(page.url()).pathname).toBe("/");
    // Whoever is signed in already is sent on at once, and no further.
    await page.goto(`/sign-in?${new URLSearchParams({ next })}`);
    expect(new URL(page.url()).pathname).toBe("/");
  },
);

test("the account page asks strangers to sign in, and leads back", async () => {
  const { email } = await newUser();
  const { page } = await newShopper();
  await page.goto("/account");
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  await signIn(page, email, page.url());
  expect(new URL(page.url()).pathname).toBe("/account");
});

test("somebody erases their account, by keyboard", async () => {
  const { email } = await newUser();
  const { page, forgive } = await newShopper();
  await signIn(page, email, "/sign-in?next=/account");
  await page.getByRole("button", { name: "Erase my account" }).press("Enter");
  await page.keyboard.type("erase");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("That did not match").waitFor();
  forgive(/status of 401/);
});

test("two first holds of a stranger at once make one guest", async () => {
  const { page, context, forgive } = await newShopper();
  await page.goto("/products/lighthouse-mug");
  await page.getByRole("radio", { name: /Harbour blue/ }).check();
  const other = await context.newPage();
  await other.goto("/products/kelp-forest-print");
  await other.getByRole("radio", { name: /A4/ }).check();
  await Promise.all([
    page.getByRole("button", { name: "Add to cart" }).click(),
    other.getByRole("button", { name: "Add to cart" }).click(),
  ]);
  await Promise.all([cartDrawer(page).waitFor(), cartDrawer(other).waitFor()]);
  forgive(REFUSALS);
  expect((await context.cookies()).map(({ name }) => name)).toEqual(["holdfast_guest"]);
});
