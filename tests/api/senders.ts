import { type Guest, newGuest, storeKeys } from "../support/api-client.ts";
import type { Sql } from "../support/database.ts";
import { newMember } from "./member.ts";
import { bearer, type Stage, setStage, signedIn, type Wish } from "./wishes.ts";

/** Who sends a request: a browser, and the Authorization that it shows besides its cookies. */
export type Sender = { guest: Guest; headers?: Record<string, string> };

/** Everybody who may send a request about the owner's hold. Those who are somebody hold something of their own. */
export const senders = {
  owner: async (_, { owner }) => ({ guest: owner }),
  nobody: async () => ({ guest: newGuest() }),
  "another guest": async (sql) => ({ guest: (await setStage(sql)).owner }),
  "another user": async (sql) => ({ guest: await holder(sql, false) }),
  "an admin": async (sql) => ({ guest: await holder(sql, true) }),
  "the cron secret": async () => ({ guest: newGuest(), headers: bearer(storeKeys().cronSecret) }),
  "a wrong secret": async () => ({ guest: newGuest(), headers: bearer("x".repeat(32)) }),
  "an empty secret": async () => ({ guest: newGuest(), headers: { authorization: "Bearer " } }),
  "the owner with a wrong secret": async (_, { owner }) => ({
    guest: owner,
    headers: bearer("x".repeat(32)),
  }),
  "an admin with a wrong secret": async (sql) => ({
    guest: await holder(sql, true),
    headers: bearer("x".repeat(32)),
  }),
} as const satisfies Record<string, (sql: Sql, stage: Stage) => Promise<Sender>>;
export type Who = keyof typeof senders;

/** A signed-in user who holds something, as everybody does who was here before. */
export async function holder(sql: Sql, isAdmin: boolean): Promise<Guest> {
  return (await setStage(sql, signedIn(await newMember(sql, { isAdmin })))).owner;
}

/** The wish with the sender's Authorization and cookies instead of those that belong to it. A signature stays. */
export function sentBy({ headers }: Sender, { sending = {}, ...wish }: Wish): Wish {
  const { headers: { cookie: _, authorization: __, ...signed } = {}, ...rest } = sending;
  return { ...wish, sending: { ...rest, headers: { ...signed, ...headers } } };
}
