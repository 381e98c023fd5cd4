import { expect, it, vi } from "vitest";
import { settleLapsed } from "@/lib/checkout/settle-lapsed";
import { REFUND_ID } from "@/lib/openapi/examples";

const { callFunction } = vi.hoisted(() => ({ callFunction: vi.fn() }));
vi.mock("@/lib/supabase/call-function", () => ({ callFunction }));
vi.mock("@/lib/stripe/sessions", () => ({ expireSession: vi.fn(), retrieveSession: vi.fn() }));

it.each([
  ["ended", { settled: 1, undone: 0 }],
  ["processing", { settled: 0, undone: 1 }],
  // A session was written down since the claim: nothing was ended, and the payment comes up again.
  ["another_session", { settled: 0, undone: 1 }],
])("a lapsed payment that is %s", async (outcome, total) => {
  const payments = [{ paymentId: REFUND_ID, status: "open", sessionId: null }];
  callFunction.mockResolvedValueOnce({ payments }).mockResolvedValueOnce({ outcome });
  expect(await settleLapsed()).toEqual(total);
});
