import { describe, expect, test } from "vitest";
import { newGuest, storeKeys } from "../support/api-client.ts";
import { documented } from "../support/openapi.ts";
import { must } from "../support/shop.ts";
import { newMember } from "./member.ts";
import { useSecondStore } from "./second-store.ts";
import { type Sender, senders, sentBy, type Who } from "./senders.ts";
import { fingerprint, useShopFloor } from "./shop-floor.ts";
import { bearer, goodWish, type Stage, send, setStage, signedIn } from "./wishes.ts";

// Every route × who asks. One request, good in every way, about a hold of the owner; only who sends it differs.

const sql = useShopFloor();

const everyone = Object.keys(senders) as Who[];
const isOwner = (who: string) => who.includes("owner");
const isAdmin = (who: string) => who.includes("admin");
const hasWrongSecret = (who: string) => who.includes("wrong");

/** Whose hold it is. */
const stages = {
  guest: () => setStage(sql),
  user: async () => setStage(sql, signedIn(await newMember(sql))),
};
/** Who was never here before holds nothing. */
const isStranger = (who: string) => who === "nobody" || (who.includes("secret") && !who.includes(" with "));
type Owner = keyof typeof stages;
type Outcome = (who: Who, owner: Owner) => string;

const forAll =
  (outcome: string): Outcome =>
  () =>
    outcome;
const forOwner =
  (granted: string, refused: string): Outcome =>
  (who) =>
    isOwner(who) ? granted : refused;
const isUser = (who: Who, owner: Owner) =>
  isAdmin(who) || who === "another user" || (isOwner(who) && owner === "user");
const forUser =
  (granted: string): Outcome =>
  (who, owner) =>
    isUser(who, owner) ? granted : "401 sign_in_required";
const forAdmin =
  (granted: string): Outcome =>
  (who, owner) => {
    if (isAdmin(who)) return granted;
    return isUser(who, owner) ? "403 admin_only" : "401 sign_in_required";
  };
/** Who shows a bearer is judged by it alone. */
const forCron =
  (withoutBearer: Outcome): Outcome =>
  (who, owner) => {
    if (hasWrongSecret(who)) return "401 cron_secret_required";
    return who === "the cron secret" ? "200" : withoutBearer(who, owner);
  };

const table: Record<string, Outcome> = {
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
  getCheckout: forAll("200"),
  startCheckout: (who) => {
    if (isOwner(who)) return "201";
    return isStranger(who) ? "409 cart_empty" : "409 cart_changed";
  },
  goBack: forAll("200"),
  createFromPayment: forOwner("200", "404 payment_not_found"),
  stripeWebhook: forAll("200"),
  listOrders: forUser("200"),
  getOrder: forOwner("200", "404 order_not_found"),
  searchOrders: forAdmin("200"),
  getOrderAsAdmin: forAdmin("200"),
  refundOrder: forAdmin("200"),
  retryRefund: forAdmin("200"),
  cancelOrder: forAdmin("200"),
  shipOrder: forAdmin("200"),
  decideRestock: forAdmin("200"),
  getReconciliation: forAdmin("200"),
  cronReconcile: forCron(forAll("401 cron_secret_required")),
  getSession: forAll("200"),
  signUp: forAll("202"),
  signIn: forAll("200"),
  requestCode: forAll("202"),
  verifyCode: forAll("200"),
  signOut: forAll("200"),
  eraseAccount: forUser("200"),
  cleanUpReservations: forCron(forAdmin("200")),
  cronCleanUpReservations: forCron(forAll("401 cron_secret_required")),
  getStatistics: forAdmin("200"),
  getStockHealth: forAdmin("200"),
  checkConsistency: forAdmin("200"),
  getOverview: forAdmin("200"),
  listAllReservations: forAdmin("200"),
  getReservation: forAdmin("200"),
  releaseReservation: forAdmin("200"),
  listAllProducts: forAdmin("200"),
  savePicture: forAdmin("201"),
  createProduct: forAdmin("201"),
  updateProduct: forAdmin("200"),
  createVariant: forAdmin("201"),
  updateVariant: forAdmin("200"),
  getTimeline: forAdmin("200"),
  getStock: forAdmin("200"),
  adjustStock: forAdmin("200"),
  setSafetyStock: forAdmin("200"),
  importStock: forAdmin("200"),
  listSweeps: forAdmin("200"),
  repairConsistency: forAdmin("200"),
  getSettings: forAdmin("200"),
  updateSettings: forAdmin("200"),
  getShopHealth: forCron(forAdmin("200")),
  getHealth: forAll("200"),
  getLiveness: forAll("200"),
  getOpenApiDocument: forAll("200"),
};

test("the table has a row for every operation of the document", () => {
  expect(Object.keys(table).toSorted()).toEqual(
    documented.map(({ operation }) => operation.operationId).toSorted(),
  );
});

const holdOf = ({ reservationId }: Stage) => sql`select * from reservations where id = ${reservationId}`;

/** For a user's hold those alone for whom it makes a difference. */
const asking = (owner: Owner) =>
  owner === "guest" ? everyone : everyone.filter((who) => !who.includes("secret") && who !== "nobody");
const cells = (Object.keys(stages) as Owner[]).flatMap((owner) =>
  Object.entries(table).flatMap(([id, outcome]) =>
    asking(owner).map((who) => ({ id, owner, who, wanted: outcome(who, owner) })),
  ),
);

describe("about the hold of", () => {
  test.each(cells)(
    "a $owner, $id, sent by $who, is answered by $wanted",
    async ({ id, owner, who, wanted }) => {
      const stage = await stages[owner]();
      const sender: Sender = await senders[who](sql, stage);
      const wish = sentBy(sender, await goodWish(id, stage));
      const [before, hold] = [await fingerprint(sql), await holdOf(stage)];
      const answer = await send(sender.guest, id, wish);
      const { code } = (answer.body ?? {}) as { code?: string };
      expect(code ? `${answer.status} ${code}` : String(answer.status), answer.text).toBe(wanted);
      if (answer.status >= 400) expect(await fingerprint(sql), "a refusal changes nothing").toEqual(before);
      if (isOwner(who) || (id === "releaseReservation" && isAdmin(who))) return;
      expect(await holdOf(stage), "nobody else changes the owner's hold").toEqual(hold);
      if (!JSON.stringify(wish).includes(stage.reservationId)) {
        expect(answer.text, "nobody else is shown the owner's hold").not.toContain(stage.reservationId);
      }
    },
  );
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

  test.each(["cleanUpReservations", "cronCleanUpReservations", "cronReconcile"])(
    "%s is refused to everybody",
    async (id) => {
      const stage = await setStage(sql);
      const before = await fingerprint(sql);
      for (const [what, headers] of [
        ...shown,
        ["the secret of another store", bearer(storeKeys().cronSecret)] as const,
      ]) {
        const guest = newGuest({ baseUrl: store.url });
        const answer = await send(guest, id, sentBy({ guest, headers }, await goodWish(id, stage)));
        expect(answer.status, what).toBe(401);
      }
      expect(await fingerprint(sql)).toEqual(before);
    },
  );

  test("the rest of the store works", async () => {
    expect((await must(newGuest({ baseUrl: store.url })).get("/api/health")).status).toBe(200);
  });
});
