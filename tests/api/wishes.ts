import type { Guest, Sending } from "../support/api-client.ts";
import { newGuest, storeKeys } from "../support/api-client.ts";
import type { Sql } from "../support/database.ts";
import { documented } from "../support/openapi.ts";
import { type Member, newMember } from "./member.ts";
import { createProduct, unknownId } from "./shop-floor.ts";

// Requests as somebody makes them who has read nothing but the OpenAPI document.

export type Wish = {
  path?: Record<string, string>;
  query?: Record<string, string>;
  sending?: Sending;
};

/** A shopper with one hold of two units out of ten, what a request about it has to name, and a user without any. */
export type Stage = {
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

/** For every operation a request that its owner is granted. A new operation needs one here. */
const good: Record<string, (stage: Stage) => Wish> = {
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
  getHealth: () => ({}),
  getLiveness: () => ({}),
  getOpenApiDocument: () => ({}),
};

export function goodWish(operationId: string, stage: Stage): Wish {
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
