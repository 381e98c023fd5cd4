import { beforeEach, expect, it, vi } from "vitest";
import { FakeTime } from "./fake-time.ts";

let time: FakeTime;
let health: "well" | "ill" | "unreachable";
let looks: string[];
let retries: number;
let visible: boolean;

beforeEach(() => {
  vi.resetModules();
  time = new FakeTime("2026-11-22T09:00:00Z");
  health = "ill";
  looks = [];
  retries = 0;
  visible = true;
});

/** As a page that failed does; modules are fresh for each test, so the memory of the last try is too. */
async function failedPage(random = 0.5) {
  const { createRecovery } = await import("@/contexts/recovery");
  return createRecovery({
    fetch: async (url) => {
      looks.push(url);
      if (health === "unreachable") throw new TypeError("Failed to fetch");
      return new Response("{}", { status: health === "well" ? 200 : 503 });
    },
    time,
    random: () => random,
    isVisible: () => visible,
    retry: () => {
      retries += 1;
    },
  });
}

it("looks soon at first, then rarely, and tries the page as soon as the shop is well", async () => {
  const page = await failedPage();
  page.start();
  await time.advance(1_999);
  expect(looks).toEqual([]);
  await time.advance(2_000 + 4_000 + 8_000 + 15_000);
  expect(looks).toEqual(Array(4).fill("/api/health"));
  expect(retries).toBe(0);
  health = "unreachable";
  await time.advance(15_000);
  expect([looks.length, retries]).toEqual([5, 0]);
  health = "well";
  await time.advance(15_000);
  expect(retries).toBe(1);
});

it("those who were turned away together do not come back together", async () => {
  (await failedPage(0)).start();
  await time.advance(1_500);
  expect(looks).toHaveLength(1);
  (await failedPage(1)).start();
  await time.advance(2_499);
  const before = looks.length;
  await time.advance(1);
  expect(looks.length).toBe(before + 1);
});

it("asks nothing while nobody looks, and at once when somebody does", async () => {
  visible = false;
  const page = await failedPage();
  page.start();
  await time.advance(60_000);
  expect(looks).toEqual([]);
  visible = true;
  health = "well";
  await page.look();
  expect(retries).toBe(1);
});

it("a page that fails although the shop is well is tried again, but slowly", async () => {
  health = "well";
  const stop = (await failedPage()).start();
  await time.advance(2_000);
  expect(retries).toBe(1);
  stop();
  (await failedPage()).start();
  await time.advance(14_999);
  expect(retries).toBe(1);
  await time.advance(1);
  expect(retries).toBe(2);
});

it("stops with the page", async () => {
  health = "well";
  const page = await failedPage();
  const stop = page.start();
  const looking = page.look();
  stop();
  await looking;
  await time.advance(60_000);
  expect(retries).toBe(0);
  expect(time.waiting).toBe(0);
});
