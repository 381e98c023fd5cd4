import { describe, expect, test } from "vitest";
import { type Guest, newGuest, storeKeys } from "../support/api-client.ts";
import { documented } from "../support/openapi.ts";
import { must } from "../support/shop.ts";
import { useSecondStore } from "./second-store.ts";
import { fingerprint, useShopFloor } from "./shop-floor.ts";
import { bearer, goodWish, type Stage, send, setStage, type Wish } from "./wishes.ts";

// Every route × who asks. One request, good in every way, about a hold of the owner; only who sends it differs.

const sql = useShopFloor();

type Sender = { guest: Guest; headers?: Record<string, string> };

/** A guest who holds something of their own. */
async function otherGuest(): Promise<Guest> {
  return (await setStage(sql)).owner;
}

const senders = {
  owner: async ({ owner }: Stage): Promise<Sender> => ({ guest: owner }),
  nobody: async (): Promise<Sender> => ({ guest: newGuest() }),
  "another guest": async (): Promise<Sender> => ({ guest: await otherGuest() }),
  "the cron secret": async (): Promise<Sender> => ({
    guest: newGuest(),
    headers: bearer(storeKeys().cronSecret),
  }),
  "a wrong secret": async (): Promise<Sender> => ({ guest: newGuest(), headers: bearer("x".repeat(32)) }),
  "an empty secret": async (): Promise<Sender> => ({
    guest: newGuest(),
    headers: { authorization: "Bearer " },
  }),
  "the owner with a wrong secret": async ({ owner }: Stage): Promise<Sender> => ({
    guest: owner,
    headers: bearer("x".repeat(32)),
  }),
} as const;
type Who = keyof typeof senders;
const everyone = Object.keys(senders) as Who[];
const owners: Who[] = ["owner", "the owner with a wrong secret"];

type Row = Record<Who, string>;
const rowOf = (outcome: (who: Who) => string) =>
  Object.fromEntries(everyone.map((who) => [who, outcome(who)])) as Row;
const forAll = (outcome: string) => rowOf(() => outcome);
const forOwner = (granted: string, refused: string) =>
  rowOf((who) => (owners.includes(who) ? granted : refused));
const forCron = (withoutBearer: string) => ({
  ...rowOf((who) => (who.includes("wrong") ? "401 cron_secret_required" : withoutBearer)),
  "the cron secret": "200",
});

const table: Record<string, Row> = {
  listProducts: forAll("200"),
  findProduct: forAll("200"),
  getAvailability: forAll("200"),
  getCart: forAll("200"),
  reserve: forAll("201"),
  changeReservation: forOwner("200", "404 reservation_not_found"),
  release: forAll("200"),
  bulk: forOwner("200", "409 bulk_refused"),
  validateCart: forAll("200"),
  validateReservations: forAll("200"),
  getSession: forAll("200"),
  signUp: forAll("202"),
  signIn: forAll("200"),
  requestCode: forAll("202"),
  verifyCode: forAll("200"),
  signOut: forAll("200"),
  eraseAccount: forAll("401 sign_in_required"),
  cleanUpReservations: forCron("401 sign_in_required"),
  cronCleanUpReservations: forCron("401 cron_secret_required"),
  getHealth: forAll("200"),
  getOpenApiDocument: forAll("200"),
};

test("the table has a row for every operation of the document", () => {
  expect(Object.keys(table).toSorted()).toEqual(
    documented.map(({ operation }) => operation.operationId).toSorted(),
  );
});

const holdOf = ({ reservationId }: Stage) => sql`select * from reservations where id = ${reservationId}`;

/** The wish with the sender's bearer instead of the one that belongs to it. */
function sentBy({ headers }: Sender, { sending = {}, ...wish }: Wish): Wish {
  const { headers: _, ...rest } = sending;
  return { ...wish, sending: { ...rest, ...(headers && { headers }) } };
}

describe.each(Object.entries(table))("%s", (id, row) => {
  test.each(Object.entries(row))("of %s is answered by %s", async (who, wanted) => {
    const stage = await setStage(sql);
    const sender = await senders[who as Who](stage);
    const wish = sentBy(sender, goodWish(id, stage));
    const [before, hold] = [await fingerprint(sql), await holdOf(stage)];
    const answer = await send(sender.guest, id, wish);
    const { code } = (answer.body ?? {}) as { code?: string };
    expect(code ? `${answer.status} ${code}` : String(answer.status), answer.text).toBe(wanted);
    if (answer.status >= 400) expect(await fingerprint(sql), "a refusal changes nothing").toEqual(before);
    if (owners.includes(who as Who)) return;
    expect(await holdOf(stage), "nobody else changes the owner's hold").toEqual(hold);
    if (!JSON.stringify(wish).includes(stage.reservationId)) {
      expect(answer.text, "nobody else is shown the owner's hold").not.toContain(stage.reservationId);
    }
  });
});

describe.each([
  ["is not set", { CRON_SECRET: undefined }],
  ["is empty", { CRON_SECRET: "" }],
])("where the cron secret %s", (name, settings) => {
  const store = useSecondStore(settings, `store-whose-secret-${name.replaceAll(" ", "-")}`);
  const shown: [string, Record<string, string>][] = [
    ["no bearer", {}],
    ["an empty bearer", { authorization: "Bearer " }],
    ["a blank bearer", { authorization: "Bearer    " }],
    ["the word undefined", bearer("undefined")],
    ["the word null", bearer("null")],
    ["two quotes", bearer('""')],
  ];

  test.each(["cleanUpReservations", "cronCleanUpReservations"])("%s is refused to everybody", async (id) => {
    const stage = await setStage(sql);
    const before = await fingerprint(sql);
    for (const [what, headers] of [
      ...shown,
      ["the secret of another store", bearer(storeKeys().cronSecret)] as const,
    ]) {
      const guest = newGuest({ baseUrl: store.url });
      const answer = await send(guest, id, sentBy({ guest, headers }, goodWish(id, stage)));
      expect(answer.status, what).toBe(401);
    }
    expect(await fingerprint(sql)).toEqual(before);
  });

  test("the rest of the store works", async () => {
    expect((await must(newGuest({ baseUrl: store.url })).get("/api/health")).status).toBe(200);
  });
});
