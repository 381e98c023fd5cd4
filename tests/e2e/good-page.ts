import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** What axe finds in a page, once no colour is on its way to another. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
  );
}

/** A page that everybody can use: axe finds nothing in it, nothing is wider than the screen, and it has one heading. */
export async function expectGood(page: Page, what = page.url()): Promise<void> {
  expect(await findings(page), what).toEqual([]);
  const [content, screen] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(content, `${what} is wider than the screen`).toBeLessThanOrEqual(screen ?? 0);
  expect(await page.locator("h1").count(), `${what}: one first heading`).toBe(1);
}

/** Everything that the page asks of others than the store, from now on. */
export function foreignRequestsOf(page: Page, storeUrl: string): string[] {
  const foreign: string[] = [];
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && origin !== storeUrl) foreign.push(request.url());
  });
  return foreign;
}

type Stop = { name: string; isMarked: boolean; isInSight: boolean };

/** Where the Tab key leads, from the top of the page to its end, and whether one sees each time where one is. */
export async function walkByKeyboard(page: Page): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!(focused instanceof HTMLElement) || focused === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(focused);
      const box = focused.getBoundingClientRect();
      const isAgain = "walked" in focused.dataset;
      focused.dataset.walked = "";
      return {
        isAgain,
        // A field of a date has several stops, each with a mark of the browser's own.
        isEnd: isAgain && !focused.matches("input"),
        name: `${focused.tagName.toLowerCase()} ${focused.getAttribute("aria-label") ?? focused.textContent?.trim() ?? ""}`,
        isMarked: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
        isInSight: box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0,
      };
    });
    if (stop === null || stop.isEnd) return stops;
    const { name, isMarked, isInSight } = stop;
    if (!stop.isAgain) stops.push({ name, isMarked, isInSight });
  }
}
