import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { operations } from "@/lib/openapi/operations";
import { patience, runs, seed, times } from "../fuzz/settings.ts";
import { idsOf, type Shape, spoiled, text, valuesOf } from "../fuzz/values.ts";
import { type Answer, type Guest, newGuest, type Sending, storeKeys } from "../support/api-client.ts";
import { bodyFaults, documented } from "../support/openapi.ts";
import { createVariant } from "../support/shop.ts";
import { newMember } from "./member.ts";
import { fingerprint, pin, unknownId, useShopFloor } from "./shop-floor.ts";
import { bearer, documentedAs } from "./wishes.ts";

// Whatever is sent: no bug, no secret and no innards in the answer, which is one that the document knows (the client
// sees to that), and a refusal that changes nothing.

console.log(`Fuzz: seed ${seed}, ${times} times`);

const sql = useShopFloor();
let ids: string[] = [];
/** All that this file has made: behind their answers, requests of earlier files may be at work on others still. */
const made: string[] = [];
let guest: Guest;
let inputs = 0;
const seen = new Set<number>();

/** Guests are changed often, before the shop has had enough of one. */
async function newStage(): Promise<void> {
  const variants = await Promise.all([100_000, 2, 0].map((onHand) => createVariant(sql, onHand)));
  made.push(...variants);
  guest = newGuest();
  const mine = await guest.hold(variants[0] ?? "");
  const other = await newGuest().hold(variants[0] ?? "");
  const paying = await guest.hold(variants[1] ?? "");
  await pin(sql, paying.reservation.reservationId);
  const holds = [mine, other, paying].map(({ reservation }) => reservation.reservationId);
  ids = [...variants, ...holds, unknownId()];
  state = undefined;
}

let admin = "";
beforeEach(async () => {
  admin = (await newMember(sql, { isAdmin: true })).cookie;
  await newStage();
});

// A fuzz that only ever met one kind of answer would have shown nothing.
afterAll(() => {
  console.log(`Fuzz: ${inputs} inputs`);
  expect([...seen]).toEqual(expect.arrayContaining([200, 201, 400, 401, 404, 409, 413, 415]));
  expect(inputs).toBeGreaterThan(2_000);
});

/** As the last answer left it; `undefined` where that was no refusal. */
let state: object | undefined;

/** What a refusal may not touch. Counting refusals of stock is what they are for. */
async function readState(): Promise<object> {
  const { refusals: _, ...rest } = (await fingerprint(sql, made)) as Record<string, unknown>;
  return rest;
}

async function sendOne(who: Guest, method: string, path: string, sending: Sending = {}): Promise<Answer> {
  if (++inputs % 40 === 0) await newStage();
  const before = state ?? (await readState());
  const answer = await who.send(method, path, sending);
  seen.add(answer.status);
  const what = `${method} ${path} ${JSON.stringify(sending)} → ${answer.status} ${answer.text}`;
  expect(answer.status, what).toBeLessThan(500);
  state = answer.status >= 400 ? await readState() : undefined;
  if (state) expect(state, `${what} changed something`).toEqual(before);
  return answer;
}

const asJson = { "content-type": "application/json" };
/** What counts only with a signature is refused unread: tests/api/webhooks-trust.test.ts spoils it. */
const withBody = operations.filter(({ body, caller }) => body && caller !== "stripe");
/** About something that nobody has. */
const pathOf = ({ path }: { path: string }) => path.replaceAll(/\{\w+\}/g, unknownId());
/** Orders may be asked about as an admin: there are none. Any other change of an admin's would be one of the shop. */
const isOfOrders = ({ path }: { path: string }) => path.startsWith("/api/admin/orders/");
const isForbidden = (one: { path: string }) => one.path.startsWith("/api/admin/") && !isOfOrders(one);
/** Each sign-in costs the hash of a password, and a password is checked for what JSON Schema cannot say. */
const isOfAccounts = ({ path }: { path: string }) => path.startsWith("/api/auth/");
/** An admin is asked for at the auth service each time. An address has rules that JSON Schema counts otherwise. */
const isSlow = (one: { path: string }) => isOfAccounts(one) || one.path.startsWith("/api/admin/");
const isStricter = (one: { path: string }) => isOfAccounts(one) || one.path === "/api/checkout";

describe("no body breaks", () => {
  const bodies = withBody.map((operation) => [operation.id, isSlow(operation) ? 60 : 500] as const);
  test.each(bodies)(
    "%s, and what the document refuses is refused",
    async (id, count) => {
      const one = documentedAs(id);
      const good = valuesOf(bodyShape(id), () => ids);
      const body = fc.oneof({ weight: 1, arbitrary: good }, { weight: 2, arbitrary: spoiled(good) });
      await fc.assert(
        fc.asyncProperty(body, async (make) => {
          const sent = JSON.stringify(make()) ?? "";
          const headers = { ...asJson, ...(isOfOrders(one) && { cookie: admin }) };
          const answer = await sendOne(guest, one.method.toUpperCase(), pathOf(one), { body: sent, headers });
          if (isForbidden(one)) {
            expect(answer.status).toBe(401);
            return;
          }
          const isGood = sent !== "" && bodyFaults(one, JSON.parse(sent)).length === 0;
          if (isGood && isStricter(one)) return;
          expect(answer.status === 400, `${sent} → ${answer.text}`).toBe(!isGood);
        }),
        runs(count),
      );
    },
    patience(500),
  );

  test(
    "a change, though it is no JSON, of no type or of no shape at all",
    async () => {
      const type = fc.oneof(
        { weight: 4, arbitrary: fc.constant("application/json") },
        {
          weight: 1,
          arbitrary: fc.constantFrom("text/plain", "application/json;charset=latin1", ";", "x/y"),
        },
      );
      const raw = fc.oneof(
        fc.json(),
        text,
        fc.nat(200_000).map((size) => "[".repeat(size)),
        fc.nat(60_000).map((size) => `{"a":${"[".repeat(size)}`),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...withBody),
          raw,
          type,
          async ({ method, path }, body, contentType) => {
            const headers = { "content-type": contentType };
            await sendOne(guest, method.toUpperCase(), pathOf({ path }), { body, headers });
          },
        ),
        runs(250),
      );
    },
    patience(250),
  );
});

const known = documented.flatMap(({ operation }) =>
  (operation.parameters ?? []).flatMap((one) => ("name" in one && one.in === "query" ? [one.name] : [])),
);
const parameter = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...new Set(known)) },
  { weight: 1, arbitrary: fc.constantFrom("x", "__proto__", "", "shopperId", "secret") },
);
const id = idsOf(() => ids);
const value = fc.oneof(
  id,
  fc.constant(() => "true"),
  fc.array(id, { maxLength: 120 }).map((many) => () => many.map((make) => make()).join(",")),
  text.map((some) => () => some),
);
const query = fc
  .array(fc.tuple(parameter, value), { maxLength: 3 })
  .map((pairs) => () => pairs.map(([name, make]) => `${name}=${encodeURIComponent(make())}`).join("&"));

test(
  "no query breaks a route, whatever is in it",
  async () => {
    const targets = operations.filter(({ body, path }) => !body && !path.includes("{"));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...targets), query, async ({ method, path }, make) => {
        await sendOne(guest, method.toUpperCase(), `${path}?${make()}`);
      }),
      runs(400),
    );
  },
  patience(400),
);

test(
  "no slug and no path breaks a lookup, whatever is in it",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("/api/products/", "/api/"), text, async (folder, some) => {
        await sendOne(guest, "GET", `${folder}x${encodeURIComponent(some)}`);
      }),
      runs(150),
    );
  },
  patience(150),
);

test(
  "no cookie breaks the cart, whatever is in it",
  async () => {
    const cookie = fc.oneof(
      fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,80}$/),
      fc.stringMatching(/^[0-2]\.[0-9a-f]{30,34}\.[A-Za-z0-9_-]{40,46}$/),
    );
    await fc.assert(
      fc.asyncProperty(cookie, async (some) => {
        const answer = await sendOne(newGuest({ cookie: some }), "GET", "/api/stock/reservations");
        expect(answer.body).toMatchObject({ lines: [] });
      }),
      runs(100),
    );
  },
  patience(100),
);

test(
  "no header breaks a route, and none opens what the cron secret closes",
  async () => {
    const visible = fc.stringMatching(/^[!-~][ -~]{0,60}$/);
    const some = fc.oneof(
      visible,
      fc.constantFrom("null", "true", "*", "Bearer", "Bearer x", "a,b", "::1", "0"),
    );
    const names = fc.constantFrom(
      "authorization",
      "origin",
      "sec-fetch-site",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
      "x-http-method-override",
      "x-middleware-subrequest",
      "x-request-id",
      "idempotency-key",
      "accept",
      "accept-language",
      "if-none-match",
      "range",
    );
    const headers = fc.array(fc.tuple(names, some), { maxLength: 3 }).map((all) => Object.fromEntries(all));
    const targets = operations.filter(({ body, path }) => !body && !path.includes("{"));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...targets), headers, async ({ method, path, caller }, all) => {
        const answer = await sendOne(guest, method.toUpperCase(), path, { headers: all });
        if (caller.includes("cron") || caller === "admin") expect(answer.status).toBeGreaterThanOrEqual(400);
      }),
      runs(300),
    );
    const granted = await guest.send("GET", "/api/cron/cleanup-reservations", {
      headers: bearer(storeKeys().cronSecret),
    });
    expect(granted.status).toBe(200);
  },
  patience(300),
);

function bodyShape(operationId: string): Shape {
  const { requestBody } = documentedAs(operationId).operation;
  const content =
    requestBody && "content" in requestBody ? requestBody.content["application/json"] : undefined;
  return (content?.schema ?? {}) as Shape;
}
