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
  reservationId: string;
  member: Member;
  admin: Member;
};

/** The owner is a guest of the store, unless another browser is given. */
export async function setStage(sql: Sql, owner: Guest = newGuest()): Promise<Stage> {
  const { variantId, slug } = await createProduct(sql, 10);
  const { reservation } = await owner.hold(variantId, 2);
  return {
    owner,
    variantId,
    slug,
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
  getHealth: () => ({}),
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
