import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Result } from "@/domain/outcomes";
import { settledAndAgain, settleOnRefusal } from "@/lib/checkout/settle-on-refusal";

const settleLapsed = vi.hoisted(() => vi.fn());
vi.mock("@/lib/checkout/settle-lapsed", () => ({ settleLapsed }));
vi.mock("@/lib/log", () => ({ logError: vi.fn() }));

const settling = (settled: number) => settleLapsed.mockResolvedValue({ settled, undone: 0 });
const short = {
  code: "insufficient_stock",
  available: 0,
  requested: 1,
  shortfall: 1,
  nextReleaseAt: null,
} as const;
const refused = (refusal: Extract<Result<string>, { ok: false }>["refusal"]): Result<string> => ({
  ok: false,
  serverNow: "2026-11-23T03:00:00Z",
  refusal,
});

beforeEach(() => {
  settleLapsed.mockReset();
  settling(1);
});

describe("a refusal", () => {
  it("asks for the lapsed payments of its variants, once a second each", async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    expect(await settleOnRefusal([one], () => 1_000)).toBe(true);
    expect(await settleOnRefusal([one], () => 1_999)).toBe(false);
    expect(await settleOnRefusal([one, other], () => 1_999)).toBe(true);
    expect(await settleOnRefusal([one], () => 2_000)).toBe(true);
    expect(settleLapsed.mock.calls).toEqual([[[one]], [[other]], [[one]]]);
  });

  it("stands where none was settled, and where nobody could be asked", async () => {
    settling(0);
    expect(await settleOnRefusal([randomUUID()])).toBe(false);
    settleLapsed.mockRejectedValue(new Error("the database is down"));
    expect(await settleOnRefusal([randomUUID()])).toBe(false);
  });

  it("is tried once more after a settlement, and its second answer is the answer", async () => {
    const again = vi.fn(async (): Promise<Result<string>> => ({ ok: true, value: "held" }));
    expect(await settledAndAgain(refused(short), [randomUUID()], again)).toEqual({ ok: true, value: "held" });
    expect(again).toHaveBeenCalledTimes(1);
  });

  it.each<[string, Result<string>]>([
    ["that is none", { ok: true, value: "held" }],
    ["for another reason", refused({ code: "variant_not_found" })],
  ])("%s settles nothing", async (_, result) => {
    const again = vi.fn();
    expect(await settledAndAgain(result, [randomUUID()], again)).toBe(result);
    expect(settleLapsed).not.toHaveBeenCalled();
    expect(again).not.toHaveBeenCalled();
  });
});
