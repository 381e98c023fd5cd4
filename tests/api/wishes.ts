import { CheckoutAnswerSchema, CheckoutSchema } from "@/contracts/checkout";
import { SMALLEST_PNG } from "@/lib/openapi/examples-admin";
import type { Guest, Sending } from "../support/api-client.ts";
import { newGuest, storeKeys } from "../support/api-client.ts";
import { buy, type Order } from "../support/checkout.ts";
import type { Sql } from "../support/database.ts";
import { documented } from "../support/openapi.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { address, paymentOf } from "./checkout-floor.ts";
import { type Member, newMember } from "./member.ts";
import { createProduct, unknownId } from "./shop-floor.ts";
import { eventOf, signatureOf } from "./webhook-sender.ts";

// Requests as somebody makes them who has read nothing but the OpenAPI document.

export type Wish = {
  path?: Record<string, string>;
  query?: Record<string, string>;
  sending?: Sending;
};

/** A shopper with one hold of two units out of ten, what a request about it has to name, and a user without any. */
export type Stage = {
  sql: Sql;
  owner: Guest;
  variantId: string;
  slug: string;
  productId: string;
  locationId: string;
  reservationId: string;
  member: Member;
  admin: Member;
};

/** The owner is a guest of the store, unless another browser is given. */
export async function setStage(sql: Sql, owner: Guest = newGuest()): Promise<Stage> {
  const product = await createProduct(sql, 10);
  const { reservation } = await owner.hold(product.variantId, 2);
  return {
    sql,
    owner,
    ...product,
    reservationId: reservation.reservationId,
    member: await newMember(sql),
    admin: await newMember(sql, { isAdmin: true }),
  };
}

/** A browser in which this user is signed in. */
export function signedIn({ cookie }: Member): Guest {
  const browser = newGuest();
  const [name = "", ...value] = cookie.split("=");
  browser.jar.set(name, value.join("="));
  return browser;
}

const json = (body: unknown): Wish => ({ sending: { json: body } });
const asAdmin = ({ admin: { cookie } }: Stage): Wish => ({ sending: { headers: { cookie } } });
const asCron = (): Wish => ({ sending: { headers: bearer(storeKeys().cronSecret) } });
export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

export const newProduct = {
  slug: "new-product",
  name: "New product",
  tagline: "",
  description: "",
  imagePath: "/products/lighthouse-mug.svg",
  imageAlt: "Three mugs",
  position: 99,
  holdSeconds: null,
};

/** What only an admin may ask, with the rest of the wish. */
const admins = (make: (stage: Stage) => Wish) => (stage: Stage) => {
  const { sending, ...wish } = make(stage);
  return { ...wish, sending: { ...sending, ...asAdmin(stage).sending } };
};
/** A session of another program on the same account. */
const sessionOfOthers = {
  id: "cs_test_of_others",
  object: "checkout.session",
  client_reference_id: null,
  status: "complete",
  payment_status: "paid",
  amount_total: 100,
  currency: "eur",
  payment_intent: null,
  url: null,
};

/** The owner's cart, as they agree to it. */
async function agreed(owner: Guest): Promise<object> {
  const { quote } = CheckoutSchema.parse((await owner.get("/api/checkout")).body);
  const { cartVersion, totalCents: expectedTotalCents } = quote;
  return { cartVersion, expectedTotalCents, email: "mara@example.test", address };
}

/** What the owner holds, bought. */
async function orderOf({ sql, reservationId }: Stage): Promise<Order> {
  const [row] = await sql<
    { id: string }[]
  >`select shopper_id as id from reservations where id = ${reservationId}`;
  return buy(sql, row?.id ?? "");
}

/** A request of an admin about an order of the owner. */
async function aboutOrder(stage: Stage, body?: (order: Order) => object | Promise<object>): Promise<Wish> {
  const order = await orderOf(stage);
  const { cookie } = stage.admin;
  const sending = { headers: { cookie }, ...(body && { json: await body(order) }) };
  return { path: { orderId: order.orderId }, sending };
}

async function failedRefund({ sql }: Stage, { orderId }: Order): Promise<object> {
  const { refundId } = await askRefund(sql, orderId, [], { amountCents: 100 });
  await recordRefund(sql, refundId, "failed");
  return { refundId };
}

async function undecided({ sql }: Stage, { orderId, lines: [line] }: Order): Promise<object> {
  const orderLineId = line?.orderLineId ?? "";
  const { refundId } = await askRefund(sql, orderId, [refundLine(orderLineId, 1)]);
  return { refundId, orderLineId, restock: true };
}

/** For every operation a request that its owner is granted. A new operation needs one here. */
const good: Record<string, (stage: Stage) => Wish | Promise<Wish>> = {
  listProducts: () => ({}),
  findProduct: ({ slug }) => ({ path: { slug } }),
  getAvailability: ({ variantId }) => ({ query: { variantIds: `${variantId},${unknownId()}` } }),
  getCart: () => ({}),
  reserve: ({ variantId }) => json({ variantId, quantity: 1 }),
  changeReservation: ({ reservationId }) => json({ action: "set_quantity", reservationId, quantity: 3 }),
  release: ({ reservationId }) => ({ query: { reservationId } }),
  bulk: ({ reservationId }) => json({ operation: "extend", items: [{ reservationId }] }),
  validateCart: () => ({}),
  validateReservations: ({ reservationId }) => json({ reservationIds: [reservationId] }),
  getCheckout: () => ({}),
  startCheckout: async ({ owner }) => json(await agreed(owner)),
  goBack: () => ({}),
  createFromPayment: async ({ sql, owner }) => {
    const answer = await owner.send("POST", "/api/checkout", { json: await agreed(owner) });
    const { orderId } = CheckoutAnswerSchema.parse(answer.body);
    return json({ sessionId: (await paymentOf(sql, orderId)).sessionId });
  },
  stripeWebhook: () => {
    const body = eventOf("checkout.session.completed", sessionOfOthers);
    const headers = { "content-type": "application/json", "stripe-signature": signatureOf(body) };
    return { sending: { body, headers } };
  },
  listOrders: ({ member: { cookie } }) => ({ sending: { headers: { cookie } } }),
  getOrder: async (stage) => ({ path: { orderId: (await orderOf(stage)).orderId } }),
  searchOrders: (stage) => ({ ...asAdmin(stage), query: { status: "paid" } }),
  getOrderAsAdmin: (stage) => aboutOrder(stage),
  refundOrder: (stage) => aboutOrder(stage, () => ({ lines: [], amountCents: 100 })),
  retryRefund: (stage) => aboutOrder(stage, (order) => failedRefund(stage, order)),
  cancelOrder: (stage) => aboutOrder(stage, () => ({ restock: "restocked" })),
  shipOrder: (stage) => aboutOrder(stage, () => ({ tracking: "AN 4711" })),
  decideRestock: (stage) => aboutOrder(stage, (order) => undecided(stage, order)),
  getReconciliation: asAdmin,
  cronReconcile: asCron,
  getSession: () => ({}),
  signUp: ({ member: { password } }) => json({ email: `${unknownId()}@example.test`, password }),
  signIn: ({ member: { email, password } }) => json({ email, password }),
  requestCode: ({ member: { email } }) => json({ email }),
  verifyCode: ({ member: { email, code } }) => json({ email, code }),
  signOut: () => ({}),
  eraseAccount: ({ member: { cookie } }) => ({ sending: { headers: { cookie } } }),
  cleanUpReservations: asCron,
  cronCleanUpReservations: asCron,
  getStatistics: (stage) => ({ ...asAdmin(stage), query: { hours: "48" } }),
  getStockHealth: asAdmin,
  checkConsistency: asAdmin,
  getOverview: admins(() => ({ query: { hours: "48" } })),
  listAllReservations: admins(({ reservationId }) => ({ query: { state: "active", before: reservationId } })),
  getReservation: admins(({ reservationId: id }) => ({ path: { id } })),
  releaseReservation: admins(({ reservationId: id }) => ({ path: { id }, ...json({ reason: "Broken" }) })),
  listAllProducts: asAdmin,
  savePicture: admins(() => json({ content: SMALLEST_PNG })),
  createProduct: admins(() => json({ ...newProduct, slug: `p-${unknownId()}` })),
  updateProduct: admins(({ productId: id }) => ({ path: { id }, ...json({ tagline: "From the sea" }) })),
  createVariant: admins(({ productId: id }) => ({
    path: { id },
    ...json({ sku: unknownId(), name: "Another", priceCents: 100, position: 1 }),
  })),
  updateVariant: admins(({ variantId: id }) => ({ path: { id }, ...json({ priceCents: 1200 }) })),
  // Before anything happened to it.
  getTimeline: admins(({ variantId: id }) => ({ path: { id }, query: { at: "2026-01-01T00:00:00Z" } })),
  getStock: asAdmin,
  adjustStock: admins(({ variantId, locationId }) =>
    json({ variantId, locationId, delta: 1, reason: "Found one" }),
  ),
  setSafetyStock: admins(({ variantId, locationId }) => json({ variantId, locationId, safetyStock: 1 })),
  importStock: admins(() => json({ csv: "sku,location,on_hand\nNONE,main,1\n", reason: "Counted" })),
  listSweeps: asAdmin,
  repairConsistency: admins(() => json({ dryRun: true })),
  getSettings: asAdmin,
  updateSettings: admins(() => json({ lowStockAt: 5 })),
  getShopHealth: asCron,
  getHealth: () => ({}),
  getLiveness: () => ({}),
  getOpenApiDocument: () => ({}),
};

export async function goodWish(operationId: string, stage: Stage): Promise<Wish> {
  const make = good[operationId];
  if (!make) throw new Error(`tests/api/wishes.ts has no good request for ${operationId}`);
  return make(stage);
}

export function documentedAs(operationId: string) {
  const one = documented.find(({ operation }) => operation.operationId === operationId);
  if (!one) throw new Error(`The document has no ${operationId}`);
  return one;
}

/** Sends a wish to where the document says. The answer is held against the document by the client. */
export function send(guest: Guest, operationId: string, { path = {}, query = {}, sending = {} }: Wish) {
  const { method, path: template } = documentedAs(operationId);
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  const search = new URLSearchParams(query).toString();
  return guest.send(method.toUpperCase(), search ? `${filled}?${search}` : filled, sending);
}

/** The wish with this text in place of its body. */
export function rawWish({ sending, ...wish }: Wish, body: string, type: string): Wish {
  return { ...wish, sending: { body, headers: { ...sending?.headers, "content-type": type } } };
}

/** An operation, what it answers, and what brings it about. */
export type Refusal = [id: string, kind: string, prepare: (stage: Stage) => Promise<Wish> | Wish];
