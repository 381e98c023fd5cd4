import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import { ensureChromium } from "../../local/chromium.ts";
import { isRoot } from "../../local/postgres/account.ts";

/** Nothing of the browser's own may reach the network or change between runs. */
const flags = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-dev-shm-usage",
  "--disable-sync",
  "--metrics-recording-only",
  "--no-default-browser-check",
  "--no-first-run",
];

/** One Chromium, found on this machine. Start it in `beforeAll`, close it in `afterAll`. */
export function launchBrowser(): Promise<Browser> {
  // Chromium's sandbox refuses to run as root.
  const args = isRoot ? [...flags, "--no-sandbox"] : flags;
  return chromium.launch({ executablePath: ensureChromium(), args });
}

export type ShopperPage = {
  page: Page;
  /** The shopper's cookies and storage: no other page shares them unless opened from here. */
  context: BrowserContext;
  /** What went wrong in the page since it was opened or last asked to forget. */
  troubles(): string[];
  /** Forgets troubles that a test provoked on purpose; with a pattern, only those that match. */
  forgive(pattern?: RegExp): void;
  /** Throws when the page logged an error or a warning of React, threw, or failed to load something. */
  assertQuiet(): void;
  close(): Promise<void>;
};

export type ShopperPageOptions = {
  viewport?: { width: number; height: number };
  reducedMotion?: "reduce" | "no-preference";
  colorScheme?: "light" | "dark";
};

/** A new shopper: a page with cookies of its own, `page.goto("/")` leads to the store, and an ear for errors. */
export async function newShopperPage(
  browser: Browser,
  options: ShopperPageOptions = {},
): Promise<ShopperPage> {
  const context = await browser.newContext({
    baseURL: inject("storeUrl"),
    locale: "en-US",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  let heard: string[] = [];
  listen(page, (trouble) => heard.push(trouble));
  return {
    page,
    context,
    troubles: () => [...heard],
    forgive(pattern = /./s) {
      heard = heard.filter((trouble) => !pattern.test(trouble));
    },
    assertQuiet() {
      if (heard.length > 0) throw new Error(`The page was not quiet:\n  ${heard.join("\n  ")}`);
    },
    close: () => context.close(),
  };
}

function listen(page: Page, hear: (trouble: string) => void): void {
  page.on("console", (message) => {
    if (message.type() === "error") hear(`console error: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => hear(`page error: ${error.stack ?? error.message}`));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // The browser itself drops what a navigation or a re-render made pointless.
    if (why !== "net::ERR_ABORTED") hear(`request failed: ${request.method()} ${request.url()} ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) hear(`response ${response.status()}: ${response.url()}`);
  });
}
