import { beforeEach, describe, expect, it, vi } from "vitest";
import { workOff, workOffAfterwards } from "@/lib/checkout/work-off";
import { deadlineIn } from "@/lib/deadline";
import { FakeTime } from "./fake-time";

const workers = vi.hoisted(() => ({ refunds: vi.fn(), mails: vi.fn(), log: vi.fn() }));
vi.mock("@/lib/checkout/work-off-refunds", () => ({ workOffRefunds: workers.refunds }));
vi.mock("@/lib/checkout/work-off-mails", () => ({ workOffMails: workers.mails }));
vi.mock("@/lib/log", () => ({ logError: workers.log }));
vi.mock("next/server", () => ({ after: (work: () => Promise<void>) => void work() }));

const nothing = { done: 0, undone: 0 };

beforeEach(() => {
  for (const worker of Object.values(workers)) worker.mockReset();
  workers.refunds.mockResolvedValue(nothing);
  workers.mails.mockResolvedValue(nothing);
});

describe("working off", () => {
  it("goes on until nothing is left, refunds before e-mails, and counts", async () => {
    workers.refunds
      .mockResolvedValueOnce({ done: 10, undone: 0 })
      .mockResolvedValueOnce({ done: 2, undone: 1 });
    workers.mails.mockResolvedValueOnce({ done: 1, undone: 0 });
    expect(await workOff()).toEqual({
      refunds: { done: 12, undone: 1, more: false },
      mails: { done: 1, undone: 0, more: false },
    });
    const last = workers.refunds.mock.invocationCallOrder.at(-1) ?? 0;
    expect(workers.mails.mock.invocationCallOrder[0]).toBeGreaterThan(last);
  });

  it("begins nothing more once the time is used up", async () => {
    const time = new FakeTime("2026-11-23T03:00:00Z");
    workers.refunds.mockImplementation(async () => {
      await time.advance(2_500);
      return { done: 1, undone: 0 };
    });
    expect(await workOff(deadlineIn(20_000, time), 5_000)).toEqual({
      refunds: { done: 2, undone: 0, more: true },
      mails: { done: 0, undone: 0, more: false },
    });
  });

  it("runs once at a time, and once more for all that asked meanwhile", async () => {
    let finish = (_: typeof nothing) => {};
    workers.refunds.mockImplementationOnce(() => new Promise((resolve) => (finish = resolve)));
    for (let times = 0; times < 10; times++) workOffAfterwards();
    expect(workers.refunds).toHaveBeenCalledTimes(1);
    finish(nothing);
    await vi.waitFor(() => expect(workers.mails).toHaveBeenCalledTimes(2));
    expect(workers.refunds).toHaveBeenCalledTimes(2);
    workOffAfterwards();
    await vi.waitFor(() => expect(workers.mails).toHaveBeenCalledTimes(3));
  });

  it("survives a failure, which it logs, and runs the next time", async () => {
    workers.refunds.mockRejectedValueOnce(new Error("the database is down"));
    workOffAfterwards();
    await vi.waitFor(() => expect(workers.log).toHaveBeenCalledTimes(1));
    workOffAfterwards();
    await vi.waitFor(() => expect(workers.mails).toHaveBeenCalledTimes(1));
  });
});
