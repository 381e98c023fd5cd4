import { beforeEach, expect, it, vi } from "vitest";
import { cleanUpReservations } from "@/lib/cart-utils/reservation-cleanup";
import { callFunction } from "@/lib/supabase/call-function";

vi.mock("@/lib/supabase/call-function", () => ({ callFunction: vi.fn() }));

const serverNow = "2026-11-22T09:00:00+00:00";
const batch = vi.mocked(callFunction);
let clock = 0;
/** How often there is more to forget of network addresses. */
let noted = 0;
const asked = (name: string) => batch.mock.calls.filter(([called]) => called === name).length;

/** Batches of five holds until so many are swept; each takes a second. */
function lapsed(holds: number): void {
  let left = holds;
  batch.mockImplementation(async (name) => {
    clock += 1_000;
    if (name === "prune_sources") return { requests: 0, holders: 0, more: noted-- > 0 };
    const expired = Math.min(left, 5);
    left -= expired;
    return { serverNow, expired, units: 2 * expired, more: expired === 5 };
  });
}

beforeEach(() => {
  batch.mockReset();
  clock = 0;
  noted = 0;
});

const sweep = () => cleanUpReservations(() => clock);

it("asks once where little has lapsed", async () => {
  lapsed(3);
  expect(await sweep()).toEqual({ serverNow, expired: 3, units: 6, batches: 1, more: false });
});

it("goes on, batch by batch, until nothing is left, and sums", async () => {
  lapsed(12);
  expect(await sweep()).toEqual({ serverNow, expired: 12, units: 24, batches: 3, more: false });
});

it("stops when its time is used up, and says that there is more", async () => {
  lapsed(1_000);
  expect(await sweep()).toEqual({ serverNow, expired: 40, units: 80, batches: 8, more: true });
});

it("tells whoever asked when the database is away in between", async () => {
  lapsed(12);
  batch.mockRejectedValueOnce(new Error("away"));
  await expect(sweep()).rejects.toThrow("away");
});

it("forgets what is noted of addresses too, all of it where there is time", async () => {
  lapsed(3);
  noted = 3;
  await sweep();
  expect(asked("prune_sources")).toBe(4);
});

it("forgets some of it even where the sweep took all the time, and no more", async () => {
  lapsed(1_000);
  noted = 1_000;
  await sweep();
  expect(asked("prune_sources")).toBe(1);
});
