import { beforeEach, expect, it, vi } from "vitest";
import { pruneOldRecords } from "@/lib/operations/prune";

const outside = vi.hoisted(() => ({ call: vi.fn(), error: vi.fn(), info: vi.fn() }));
vi.mock("@/lib/supabase/call-function", () => ({ callFunction: outside.call }));
vi.mock("@/lib/log", () => ({ logError: outside.error, logInfo: outside.info }));

const part = (trailRows: number, more: boolean) => ({ trailRows, counters: 1, more });

beforeEach(() => {
  for (const one of Object.values(outside)) one.mockReset();
});

it("goes on part by part until nothing is left, and says how much went", async () => {
  outside.call.mockResolvedValueOnce(part(10_000, true)).mockResolvedValueOnce(part(5, false));
  await pruneOldRecords();
  expect(outside.call.mock.calls.map(([name, args]) => [name, args])).toEqual([
    ["prune_old_records", { p_limit: 10_000 }],
    ["prune_old_records", { p_limit: 10_000 }],
  ]);
  expect(outside.info.mock.calls).toEqual([["pruned", { trailRows: 10_005, counters: 2 }]]);
});

it("begins no part once its time is used up", async () => {
  outside.call.mockResolvedValue(part(10_000, true));
  const clock = [0, 0, 4_000, 8_000];
  await pruneOldRecords(() => clock.shift() ?? 8_000);
  expect(outside.call).toHaveBeenCalledTimes(2);
});

it("never throws: what is done is done, and the failure is logged", async () => {
  outside.call.mockResolvedValueOnce(part(10_000, true)).mockRejectedValueOnce(new Error("locked"));
  await pruneOldRecords();
  expect(outside.error.mock.calls).toEqual([["prune_failed", { message: "locked" }]]);
  expect(outside.info.mock.calls).toEqual([["pruned", { trailRows: 10_000, counters: 1 }]]);
});

it("says nothing where nothing was old", async () => {
  outside.call.mockResolvedValue({ trailRows: 0, counters: 0, more: false });
  await pruneOldRecords();
  expect(outside.info).not.toHaveBeenCalled();
});
