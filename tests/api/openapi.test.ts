import { afterAll, afterEach, describe, expect, test } from "vitest";
import { operations } from "@/lib/openapi/operations";
import { type Answer, type Guest, newGuest, storeKeys } from "../support/api-client.ts";
import { bodyFaults, document, documented } from "../support/openapi.ts";
import { refusalsOfAdmins } from "./admin-refusals.ts";
import { useSecondStore } from "./second-store.ts";
import { unknownId, useShopFloor } from "./shop-floor.ts";
import { refusalsOfShop } from "./shop-refusals.ts";
import { bearer, documentedAs, goodWish, rawWish, type Stage, send, setStage, type Wish } from "./wishes.ts";

// Every route, driven by the document alone, to every status and every code that the document speaks of. That each
// answer is what the document says is checked by the client (tests/support/answer-rules.ts).

const sql = useShopFloor();
const store = useSecondStore();
afterEach(() => store.gateway.open());

const met = new Set<string>();

function expectKind(operationId: string, answer: Answer, wanted: string): void {
  const { code } = (answer.body ?? {}) as { code?: string };
  const kind = code ? `${answer.status} ${code}` : String(answer.status);
  expect(kind, answer.text).toBe(wanted);
  met.add(`${operationId} ${kind}`);
}

test("the store serves the document of these sources", async () => {
  const answer = await newGuest().get("/api/openapi.json");
  expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
  expectKind("getOpenApiDocument", answer, "200");
});

describe("a good request is granted:", () => {
  test.each(
    operations.map(({ id, answers }) => [id, id === "signUp" ? "202" : (Object.keys(answers)[0] ?? "")]),
  )("%s", async (id, status) => {
    const stage = await setStage(sql);
    const wish = await goodWish(id, stage);
    if (wish.sending?.json !== undefined) expect(bodyFaults(documentedAs(id), wish.sending.json)).toEqual([]);
    expectKind(id, await send(stage.owner, id, wish), status);
  });

  test.each(["reserve", "extend", "release"])("bulk %s", async (operation) => {
    const { owner, variantId, reservationId } = await setStage(sql);
    const items = operation === "reserve" ? [{ variantId, quantity: 1 }] : [{ reservationId }];
    const json = { operation, items, mode: "partial" };
    expect(bodyFaults(documentedAs("bulk"), json)).toEqual([]);
    expectKind("bulk", await send(owner, "bulk", { sending: { json } }), "200");
  });

  test("extending", async () => {
    const { owner, reservationId } = await setStage(sql);
    const json = { action: "extend", reservationId };
    expectKind("changeReservation", await send(owner, "changeReservation", { sending: { json } }), "200");
  });
});

/** What spoils any request of an operation that knows the code. */
const spoiled: Record<string, (wish: Wish, stage: Stage) => Wish> = {
  foreign_origin: ({ sending, ...wish }) => {
    const { authorization: _, ...headers } = sending?.headers ?? {};
    return { ...wish, sending: { ...sending, headers: { ...headers, origin: "https://evil.example" } } };
  },
  malformed_json: (wish) => rawWish(wish, "{", "application/json"),
  unsupported_media_type: (wish) => rawWish(wish, "{}", "text/plain"),
  body_too_large: (wish) => rawWish(wish, " ".repeat(4_300_000), "application/json"),
  validation_failed: ({ sending, ...wish }) => {
    if (wish.path?.orderId) return { ...wish, ...(sending && { sending }), path: { orderId: "none" } };
    return sending?.json === undefined
      ? { ...wish, ...(sending && { sending }), query: { nobody: "knows this" } }
      : { ...wish, sending: { ...sending, json: { nobody: "knows this" } } };
  },
  cron_secret_required: (wish) => ({ ...wish, sending: { headers: bearer("not the secret") } }),
  sign_in_required: (wish) => ({ ...wish, sending: {} }),
  admin_only: (wish, { member: { cookie } }) => ({ ...wish, sending: { headers: { cookie } } }),
};

describe("a request that is spoiled is refused as the document says:", () => {
  const cases = operations.flatMap(({ id, problems }) =>
    problems.filter((code) => code in spoiled).map((code) => [id, code] as const),
  );
  test.each(cases)("%s %s", async (id, code) => {
    const stage = await setStage(sql);
    const answer = await send(stage.owner, id, spoiled[code]?.(await goodWish(id, stage), stage) ?? {});
    expectKind(id, answer, `${answer.status} ${code}`);
  });
});

describe("what the shop's state forbids is refused as the document says:", () => {
  test.each([...refusalsOfShop(sql), ...refusalsOfAdmins(sql)])("%s %s", async (id, kind, prepare) => {
    const stage = await setStage(sql);
    const wish = await prepare(stage);
    if (wish.sending?.json) expect(bodyFaults(documentedAs(id), wish.sending.json)).toEqual([]);
    expectKind(id, await send(stage.owner, id, wish), kind);
  });
});

test("getShopHealth 503: a pager is told by the status", async () => {
  const untold = sql`insert into alerts (kind, subject, attempts) values ('test', ${unknownId()}, 1) returning id`;
  const [alert] = await untold;
  const asking = { query: { failOn: "warning" }, sending: { headers: bearer(storeKeys().cronSecret) } };
  expectKind("getShopHealth", await send(newGuest(), "getShopHealth", asking), "503 shop_unwell");
  await sql`update alerts set closed_at = clock_timestamp() where id = ${alert?.id}`;
});

describe("without its database, or with one that makes no sense, an operation answers as the document says:", () => {
  // Who a user or an admin is, is asked before the database is.
  const failing = (code: string) =>
    operations.filter(
      ({ problems, caller }) =>
        caller !== "user" && caller !== "admin" && problems.some((known) => known === code),
    );

  test.each(failing("database_unavailable").map(({ id }) => id))("%s", async (id) => {
    const stage = await setStage(sql, strangerOfSecondStore());
    const wish = await goodWish(id, stage);
    await store.gateway.close();
    expectKind(id, await send(stage.owner, id, wish), "503 database_unavailable");
    await store.gateway.answer(200, '{"nobody": "expects this"}');
    // Shared with the reader before for a second, so asked until it is asked anew.
    await expect.poll(async () => (await send(stage.owner, id, wish)).status, { timeout: 10_000 }).toBe(500);
    met.add(`${id} 500 internal_error`);
  });

  test("getHealth", async () => {
    await store.gateway.close();
    expectKind("getHealth", await send(strangerOfSecondStore(), "getHealth", {}), "503");
  });
});

const strangerOfSecondStore = (): Guest => newGuest({ baseUrl: store.url });

afterAll(() => {
  const said = documented.flatMap(({ operation: { operationId }, method, path }) => {
    const known = operations.find((one) => one.method === method && one.path === path);
    return [
      ...Object.keys(known?.answers ?? {}).map((status) => `${operationId} ${status}`),
      ...(known?.problems ?? []).map((code) => `${operationId} ${code}`),
    ];
  });
  const seen = new Set([...met].map((kind) => kind.replace(/ \d+ (?=\w)/, " ")));
  const unseen = said.filter((kind) => !seen.has(kind) && !elsewhere.test(kind));
  expect(unseen, "every answer that the document speaks of was driven").toEqual([]);
});

const ofAdmins = operations.filter(({ caller }) => caller === "admin").map(({ id }) => id);

/**
 * Bugs cannot be ordered where no database is asked; sessions are driven by the tests of accounts, crowds and
 * limits by tests of their own, payments by those of checkout, orders and refunds, keys of admins by theirs.
 */
const elsewhere = new RegExp(
  [
    "^(getHealth|getLiveness|getOpenApiDocument|getSession|signOut|eraseAccount) internal_error$",
    "^eraseAccount (database_unavailable|sign_in_again)$",
    "^(signUp|signIn|verifyCode|requestCode) (sign_in_refused|too_many_attempts)$",
    "^(listOrders|searchOrders|getReconciliation|getOrderAsAdmin) (database_unavailable|internal_error)$",
    "^(refundOrder|retryRefund|cancelOrder|shipOrder|decideRestock) (database_unavailable|internal_error)$",
    "^(signUp|signIn|verifyCode|eraseAccount|startCheckout|goBack|bulk|cancelOrder) payment_open$",
    "^(retryRefund|decideRestock) refund_exceeds$",
    "^startCheckout limit_reached$",
    " payment_unavailable$",
    "^signUp (200|weak_password|sign_up_closed)$",
    `^(${ofAdmins.join("|")}) (database_unavailable|internal_error|idempotency_mismatch)$`,
    " (auth_unavailable|server_busy|too_many_requests)$",
  ].join("|"),
);
