import { expect, test } from "vitest";
import { newUser, PASSWORD } from "../support/accounts.ts";
import { storeUrl } from "../support/store.ts";
import { useShoppers } from "./shopper.ts";

const newShopper = useShoppers();

const pages = ["/", "/products/lighthouse-mug", "/cart", "/checkout", "/sign-in", "/sign-up", "/api-docs"];
const policyOf = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${storeUrl()}${path}`, { headers })).headers.get("content-security-policy") ?? "";
const nonceIn = (policy: string) => /'nonce-([^']+)'/.exec(policy)?.[1];

test.each([...pages, "/nothing-here"])(
  "%s runs under its policy, with no word on the console",
  async (path) => {
    const { page, forgive } = await newShopper();
    const violations: string[] = [];
    await page.exposeFunction("tell", (violation: string) => violations.push(violation));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        (window as unknown as { tell(what: string): void }).tell(
          `${event.violatedDirective} ${event.blockedURI}`,
        );
      });
    });
    await page.goto(path);
    // It wakes up: the drawer is script's work.
    await page.getByRole("button", { name: /^Cart/ }).click();
    await page.getByRole("dialog", { name: "Your cart" }).waitFor();
    if (path === "/nothing-here") forgive(/status of 404/);
    expect(violations).toEqual([]);
  },
);

test("the account page does, too", async () => {
  const { email } = await newUser();
  const { page } = await newShopper();
  await page.goto("/sign-in?next=/account");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your account" }).waitFor();
});

test("a script that somebody smuggled in does not run, and neither does a style", async () => {
  const { page, forgive } = await newShopper();
  await page.goto("/");
  const ran = await page.evaluate(async () => {
    const global = window as unknown as Record<string, boolean>;
    document.body.insertAdjacentHTML(
      "beforeend",
      `<img src="/nothing.svg" onerror="smuggled = true"><p id="styled" style="position: fixed">x</p>
       <iframe srcdoc="<script>parent.smuggled = true</script>"></iframe>`,
    );
    const script = document.createElement("div");
    script.innerHTML = "<script>smuggled = true</script>";
    document.body.append(script);
    const link = document.createElement("a");
    link.href = "javascript:smuggled = true";
    document.body.append(link);
    link.click();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const styled = document.getElementById("styled") as HTMLElement;
    return { smuggled: global.smuggled === true, position: getComputedStyle(styled).position };
  });
  expect(ran).toEqual({ smuggled: false, position: "static" });
  forgive();
});

test("every answer has a nonce of its own, which all of its scripts carry", async () => {
  const [one, other] = [await policyOf("/"), await policyOf("/")];
  expect(nonceIn(one)).toMatch(/^[\w+/]{22}==$/);
  expect(nonceIn(one)).not.toBe(nonceIn(other));
  for (const path of [...pages, "/nothing-here"]) {
    const answer = await fetch(`${storeUrl()}${path}`);
    const nonce = nonceIn(answer.headers.get("content-security-policy") ?? "");
    const scripts = [...(await answer.text()).matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length, path).toBeGreaterThan(0);
    expect(
      scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`)),
      path,
    ).toEqual([]);
  }
});

test("the policy of pages has no hole: no inline script, no eval, no style of an element, no frame", async () => {
  const policy = await policyOf("/");
  expect(policy).not.toMatch(/unsafe|data:|blob:|\*|https?:/);
  for (const part of [
    "default-src 'none'",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]) {
    expect(policy.split("; ")).toContain(part);
  }
  expect(policy).not.toContain("upgrade-insecure-requests");
  expect(await policyOf("/", { "x-forwarded-proto": "https" })).toContain("upgrade-insecure-requests");
  // A nonce that somebody sends is not taken.
  const sent = await policyOf("/", { "content-security-policy": "script-src 'nonce-mine'" });
  expect(sent).not.toContain("mine");
});

test("the address of an order, which is the way to it, is told to nobody", async () => {
  const { headers } = await fetch(`${storeUrl()}/orders/00000000-0000-4000-8000-000000000001?key=k`);
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(headers.get("x-robots-tag")).toContain("noindex");
});

test.each(["/", "/api/products", "/api/stock/reservations", "/holdfast.svg", "/nothing", "/nothing.svg"])(
  "%s cannot be framed, sniffed or shared",
  async (path) => {
    const { headers } = await fetch(`${storeUrl()}${path}`);
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "strict-origin-when-cross-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "strict-transport-security": "max-age=31536000",
    });
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-powered-by")).toBeNull();
  },
);
