import { beforeEach, describe, expect, it, vi } from "vitest";
import { endOpenPayment } from "@/lib/checkout/end-open-payment";
import { REFUND_ID, SERVER_NOW } from "@/lib/openapi/examples";

const { callFunction, expireSession, findPayment, logError } = vi.hoisted(() => ({
  callFunction: vi.fn(),
  expireSession: vi.fn(),
  findPayment: vi.fn(),
  logError: vi.fn(),
}));
vi.mock("@/lib/supabase/call-function", () => ({ callFunction }));
vi.mock("@/lib/stripe/sessions", () => ({ expireSession, retrieveSession: vi.fn() }));
vi.mock("@/lib/checkout/find-payment", () => ({ findPayment }));
vi.mock("@/lib/log", () => ({ logError }));

const ended = { sessionId: "cs_1", status: "expired", paymentStatus: "unpaid" };
const known = (sessionId: string | null) =>
  findPayment.mockResolvedValueOnce({ payment: { paymentId: REFUND_ID, status: "open", sessionId } });
const answered = (outcome: string) => callFunction.mockResolvedValueOnce({ outcome, serverNow: SERVER_NOW });
/** Of which session it was said that nobody can pay. */
const told = () => callFunction.mock.calls.map(([, { p_stripe }]) => p_stripe.sessionId);

beforeEach(() => {
  vi.resetAllMocks();
  expireSession.mockResolvedValue(ended);
});

describe("ending an open payment", () => {
  it("without a session says so, and asks nobody", async () => {
    known(null);
    answered("ended");
    expect(await endOpenPayment(REFUND_ID)).toEqual({ outcome: "ended", serverNow: SERVER_NOW });
    expect(told()).toEqual([null]);
    expect(expireSession).not.toHaveBeenCalled();
  });

  it("whose session another tab wrote down meanwhile ends that at Stripe first", async () => {
    known(null);
    answered("another_session");
    known("cs_1");
    answered("ended");
    expect(await endOpenPayment(REFUND_ID)).toMatchObject({ outcome: "ended" });
    expect(expireSession.mock.calls).toEqual([["cs_1"]]);
    expect(told()).toEqual([null, "cs_1"]);
  });

  it("names the session that Stripe knows no more, which would be taken for none otherwise", async () => {
    known("cs_1");
    expireSession.mockResolvedValue(null);
    answered("ended");
    await endOpenPayment(REFUND_ID);
    expect(told()).toEqual(["cs_1"]);
  });

  it("goes on no further where the session that it named is another all the same", async () => {
    known("cs_1");
    answered("another_session");
    expect(await endOpenPayment(REFUND_ID)).toEqual({ outcome: "processing", serverNow: SERVER_NOW });
    expect(logError).toHaveBeenCalledTimes(1);
  });
});
