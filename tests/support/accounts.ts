import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { CodeAnswerSchema, SignedInSchema } from "@/contracts/account";
import { bodyOf, type Guest, newGuest } from "./api-client.ts";
import type { Sql } from "./database.ts";
import { must } from "./shop.ts";
import { mailbox } from "./stand-ins.ts";

export const PASSWORD = "correct horse battery";

export const newEmail = (): string => `${randomUUID()}@example.test`;

/** How many e-mails of the auth service went to this address, and the code in the last one. */
export async function mailOf(email: string): Promise<{ count: number; code: string | null }> {
  const mails = (await mailbox().list({ to: email })).filter(({ from }) => from.includes("accounts@"));
  const [, code = null] = /\b(\d{6})\b/.exec(mails.at(-1)?.text ?? "") ?? [];
  return { count: mails.length, code };
}

/** A user with a confirmed address, signed in with the cookies of `guest`. */
export async function newUser(guest: Guest = newGuest()): Promise<Guest & { email: string }> {
  const email = newEmail();
  const json = { email, password: PASSWORD };
  bodyOf(await guest.send("POST", "/api/auth/sign-up", { json }), 202, CodeAnswerSchema);
  await confirm(guest, email);
  return Object.assign(guest, { email });
}

/** Signs in with the code of the last e-mail to this address. */
export async function confirm(guest: Guest, email: string) {
  const json = { email, code: must((await mailOf(email)).code) };
  return bodyOf(await guest.send("POST", "/api/auth/verify", { json }), 200, SignedInSchema);
}

export const signIn = (guest: Guest, email: string, password = PASSWORD) =>
  guest.send("POST", "/api/auth/sign-in", { json: { email, password } });

/** The session in a browser's cookies, as @supabase/ssr keeps it. */
export function sessionIn({ jar }: Guest): Record<string, unknown> & { access_token: string } {
  const parts = [...jar].filter(([name]) => name.startsWith("holdfast_session")).sort();
  const text = parts.map(([, value]) => value).join("");
  if (text === "") expect.unreachable("there is no session");
  return JSON.parse(Buffer.from(text.slice("base64-".length), "base64url").toString());
}

/** Puts a session into a browser's cookies, whatever it is worth. */
export function putSession({ jar }: Guest, session: object): void {
  for (const name of [...jar.keys()]) if (name.startsWith("holdfast_session")) jar.delete(name);
  const value = `base64-${Buffer.from(JSON.stringify(session)).toString("base64url")}`;
  const parts = value.match(/.{1,3180}/g) ?? [];
  parts.forEach((part, index) => {
    jar.set(parts.length === 1 ? "holdfast_session" : `holdfast_session.${index}`, part);
  });
}

export async function userIdOf(sql: Sql, email: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`select id from auth.users where email = ${email}`;
  return must(row).id;
}
