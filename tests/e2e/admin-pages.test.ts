import { globSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, expect, it } from "vitest";
import { root, stateDir } from "../../local/paths.ts";
import { storeUrl, useStoreDatabase } from "../support/store.ts";
import { signInAsAdmin } from "./admin.ts";
import { type LivedIn, liveInIt, VISITS, type Visit } from "./admin-visits.ts";
import { expectGood, foreignRequestsOf, walkByKeyboard } from "./good-page.ts";
import { REFUSALS, useShoppers } from "./shopper.ts";

const newShopper = useShoppers();
const sql = useStoreDatabase();

/** Every page there is, by its folder: a new one is visited here, or the test below fails. */
const pages = globSync("**/page.tsx", { cwd: join(root, "src/app/admin") })
  .map((file) => (dirname(file) === "." ? "" : dirname(file)))
  .toSorted();

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

let shop: LivedIn;
beforeAll(async () => {
  shop = await liveInIt(sql);
});

it("every page below src/app/admin is visited", () => {
  expect(pages).toEqual(Object.keys(VISITS).toSorted());
});

const visits = pages.flatMap(
  (page) => VISITS[page]?.({} as LivedIn).map((_, nth) => [page, nth] as const) ?? [],
);

it.each(visits)(
  "/admin/%s (%i) is good on a phone and at a desk, and is walked by keyboard",
  async (name, nth) => {
    const visit = VISITS[name]?.(shop)[nth];
    if (!visit) return expect.unreachable("it was listed");
    const { page, forgive } = await newShopper({
      viewport: PHONE,
      colorScheme: "light",
      reducedMotion: "reduce",
    });
    const foreign = foreignRequestsOf(page, storeUrl());
    await signInAsAdmin(page, visit.path);
    await visit.prepare?.(page);
    forgive(REFUSALS);
    await expectGood(page);
    await picture(page, name, visit, "phone");

    await page.setViewportSize(DESK);
    await page.emulateMedia({ colorScheme: "dark" });
    await expectGood(page);
    await page.emulateMedia({ colorScheme: "light" });
    await picture(page, name, visit, "desk");

    await expectWalkable(page);
    expect(foreign).toEqual([]);
  },
);

/** The first Tab offers to skip the way around; each further one leads to the next control, in sight and marked. */
async function expectWalkable(page: Page): Promise<void> {
  await page.evaluate(() => {
    // The next Tab begins at the top.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  });
  const stops = await walkByKeyboard(page);
  expect(stops[0]?.name).toBe("a Skip to the content");
  expect(stops.filter(({ isMarked, isInSight }) => !isMarked || !isInSight)).toEqual([]);
  const missed = await page
    .locator("main :is(a[href], button, input, select, textarea, summary):visible:not([data-walked])")
    .evaluateAll((found) => found.map((one) => one.outerHTML.slice(0, 120)));
  expect(missed, "Tab leads to everything that can be used").toEqual([]);
  await page.locator(".skip-link").focus();
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
}

/** For a person to look at: `.local/screenshots/admin`. */
async function picture(page: Page, name: string, { state }: Visit, where: string): Promise<void> {
  const folder = join(stateDir, "screenshots", "admin");
  mkdirSync(folder, { recursive: true });
  const file = [name.replaceAll(/\W+/g, "-").replace(/-$/, "") || "overview", state, where];
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
  const path = join(folder, `${file.filter(Boolean).join(".")}.png`);
  await page.screenshot({ path, fullPage: true, animations: "disabled" });
}
