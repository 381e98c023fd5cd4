import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import { afterEach, expect, test } from "vitest";
import { aSession, refusalOf, stripeAt, useStandIn } from "../support/stripe-target.ts";

// What goes wrong between a store and Stripe, as tests order it of the stand-in.

const standIn = useStandIn();
const sessions = () => standIn.stripe.checkout.sessions;
const CREATE = "POST /v1/checkout/sessions";
afterEach(() => standIn.controls.noFaults());

const countOf = async (reference: string) => {
  let count = 0;
  for await (const each of sessions().list({ limit: 100 }))
    if (each.client_reference_id === reference) count++;
  return count;
};

test("a call may fail before it has an effect, and may be repeated", async () => {
  const reference = randomUUID();
  const idempotencyKey = randomUUID();
  const params = aSession({}, { client_reference_id: reference });
  await standIn.controls.fault({ how: "error", match: CREATE, times: 2 });
  for (let time = 0; time < 2; time++) {
    const refusal = await refusalOf(sessions().create(params, { idempotencyKey }));
    expect(refusal).toMatchObject({ type: "StripeAPIError", statusCode: 500 });
  }
  expect(await countOf(reference)).toBe(0);
  expect((await sessions().create(params, { idempotencyKey })).status).toBe("open");
  expect(await countOf(reference)).toBe(1);
});

test("an error may be the answer of a key from then on", async () => {
  const idempotencyKey = randomUUID();
  const params = aSession();
  await standIn.controls.fault({ how: "error", match: CREATE, kept: true });
  for (let time = 0; time < 2; time++) {
    expect(await refusalOf(sessions().create(params, { idempotencyKey }))).toMatchObject({
      statusCode: 500,
    });
  }
});

test("a connection may be lost before and after the effect", async () => {
  for (const when of ["before", "after"] as const) {
    const reference = randomUUID();
    const idempotencyKey = randomUUID();
    const params = aSession({}, { client_reference_id: reference });
    // The package tries once more by itself when a connection was closed, whatever it was told of retries.
    await standIn.controls.fault({ how: "drop", when, match: CREATE, times: 2 });
    const refusal = await refusalOf(sessions().create(params, { idempotencyKey }));
    expect(refusal).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(await countOf(reference)).toBe(when === "before" ? 0 : 1);
    const again = await sessions().create(params, { idempotencyKey });
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe(when === "before" ? undefined : "true");
    expect(await countOf(reference)).toBe(1);
  }
});

test("a call may take longer than the one who asked waits, and have its effect", async () => {
  const reference = randomUUID();
  await standIn.controls.fault({ how: "slow", match: CREATE, ms: 400 });
  const impatient = stripeAt(standIn.address, { timeout: 100 });
  const params = aSession({}, { client_reference_id: reference });
  const refusal = await refusalOf(impatient.checkout.sessions.create(params));
  expect(refusal).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  await expect.poll(() => countOf(reference), { timeout: 20_000 }).toBe(1);
});

test("a second request with a key that is being served is told so", async () => {
  const idempotencyKey = randomUUID();
  const params = aSession();
  await standIn.controls.fault({ how: "slow", match: CREATE, ms: 500 });
  const [one, other] = await Promise.allSettled([
    sessions().create(params, { idempotencyKey }),
    sessions().create(params, { idempotencyKey }),
  ]);
  const [served, refused] = one.status === "fulfilled" ? [one, other] : [other, one];
  expect(served.status).toBe("fulfilled");
  expect(refused).toMatchObject({ reason: { statusCode: 409, code: "idempotency_key_in_use" } });
});

test("too many requests are told so", async () => {
  await standIn.controls.fault({ how: "error", status: 429 });
  expect(await refusalOf(sessions().list())).toMatchObject({ type: "StripeRateLimitError", statusCode: 429 });
});

test("the package repeats by itself what failed, with its key", async () => {
  const reference = randomUUID();
  await standIn.controls.fault({ how: "drop", when: "after", match: CREATE });
  const patient = stripeAt(standIn.address, { maxNetworkRetries: 2 });
  await patient.checkout.sessions.create(aSession({}, { client_reference_id: reference }));
  expect(await countOf(reference)).toBe(1);
});

test("every call is on record", async () => {
  const reference = randomUUID();
  const idempotencyKey = randomUUID();
  const params = aSession({}, { client_reference_id: reference });
  for (let time = 0; time < 2; time++) await sessions().create(params, { idempotencyKey });
  const calls = await standIn.controls.calls({ path: "/v1/checkout/sessions", method: "POST" });
  const ours = calls.filter((call) => call.idempotencyKey === idempotencyKey);
  expect(ours.map(({ status, isReplay }) => [status, isReplay])).toEqual([
    [200, false],
    [200, true],
  ]);
  expect(ours[0]?.params).toMatchObject({
    client_reference_id: reference,
    metadata: { order_id: "order-1" },
  });
});

test("the controls are for whoever has the key", async () => {
  const ask = (name: string, authorization: string) =>
    fetch(`${standIn.address.url}/_control/${name}`, { method: "POST", headers: { authorization } });
  expect((await ask("calls", "Bearer sk_test_other")).status).toBe(401);
  expect((await ask("constructor", `Bearer ${standIn.address.secretKey}`)).status).toBe(404);
  expect((await ask("calls", `Bearer ${standIn.address.secretKey}`)).status).toBe(200);
});
