import { createHmac } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { SessionSchema } from "@/contracts/account";
import { newUser, putSession, sessionIn, userIdOf } from "../support/accounts.ts";
import { bodyOf, type Guest, newGuest, problemOf, storeKeys } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { supabaseApi } from "../support/store.ts";
import { useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();

type Claims = Record<string, unknown>;
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const parts = (token: string) => token.split(".") as [string, string, string];
const claimsIn = (token: string): Claims => JSON.parse(Buffer.from(parts(token)[1], "base64url").toString());
const signed = (header: object, claims: unknown, secret: string) => {
  const text = `${encoded(header)}.${encoded(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
};
const HS256 = { alg: "HS256", typ: "JWT" };
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

let victim: Guest & { email: string };
beforeAll(async () => {
  victim = await newUser();
  await victim.hold(await createVariant(sql, 5), 2);
});

const kindOf = async (guest: Guest) => bodyOf(await guest.get("/api/session"), 200, SessionSchema).kind;

/** A browser with this token in its session. */
function bearer(token: string, changes: object = {}): Guest {
  const guest = newGuest();
  putSession(guest, { ...sessionIn(victim), access_token: token, refresh_token: "none", ...changes });
  return guest;
}

const forgeries: [string, (token: string) => string][] = [
  ["with another signature", (token) => `${token.slice(0, -6)}AAAAAA`],
  ["without its signature", (token) => `${parts(token).slice(0, 2).join(".")}.`],
  ["signed with another secret", (token) => signed(HS256, claimsIn(token), "x".repeat(64))],
  ["with alg none", (token) => `${encoded({ alg: "none", typ: "JWT" })}.${parts(token)[1]}.`],
  [
    "with alg none, and its signature",
    (token) => [encoded({ alg: "none" }), ...parts(token).slice(1)].join("."),
  ],
  ["with alg None", (token) => `${encoded({ alg: "None" })}.${parts(token)[1]}.`],
  [
    "with alg ES256 and a key that nobody has",
    (token) => `${encoded({ alg: "ES256", kid: "1" })}.${parts(token)[1]}.AA`,
  ],
  [
    "with an alg that does not exist",
    (token) => `${encoded({ alg: "ROT13", kid: "1" })}.${parts(token)[1]}.AA`,
  ],
  [
    "with another user's id, signed with another secret",
    (token) => signed(HS256, { ...claimsIn(token), app_metadata: { role: "admin" } }, "secret"),
  ],
  [
    "that is over, rightly signed",
    (token) => signed(HS256, { ...claimsIn(token), exp: 1_700_000_000 }, storeKeys().jwtSecret),
  ],
  [
    "of a user who does not exist, rightly signed",
    (token) =>
      signed(HS256, { ...claimsIn(token), sub: crypto.randomUUID(), exp: inAnHour() }, storeKeys().jwtSecret),
  ],
  [
    "of a session that does not exist, rightly signed",
    (token) => signed(HS256, { ...claimsIn(token), session_id: crypto.randomUUID() }, storeKeys().jwtSecret),
  ],
  ["of the secret key", () => supabaseApi().secretKey],
  ["that is no token", () => "a.b.c"],
  ["with a payload that is no JSON", (token) => [parts(token)[0], "bm9wZQ", parts(token)[2]].join(".")],
  ["that is empty", () => ""],
];

describe("a token", () => {
  test.each(forgeries)("%s is nobody's", async (_, forge) => {
    const guest = bearer(forge(sessionIn(victim).access_token));
    expect(await kindOf(guest)).toBe("guest");
    expect((await guest.cart()).lines).toEqual([]);
    const account = await guest.send("DELETE", "/api/auth/account");
    problemOf(account, "sign_in_required");
    expect(await userIdOf(sql, victim.email)).not.toBeNull();
  });

  test("that was not touched is its user's (the forgeries are near misses)", async () => {
    const token = sessionIn(victim).access_token;
    expect(await kindOf(bearer(token))).toBe("user");
    expect(await kindOf(bearer(signed(HS256, claimsIn(token), storeKeys().jwtSecret)))).toBe("user");
  });
});

const brokenCookies: [string, (value: string) => string][] = [
  ["cut off", (value) => value.slice(0, -40)],
  ["without its prefix", (value) => value.slice("base64-".length)],
  ["of bytes that are no text", () => "base64-____"],
  ["of JSON that is no session", () => `base64-${encoded([1])}`],
  ["of a session without tokens", () => `base64-${encoded({ user: { id: 1 } })}`],
  ["empty", () => ""],
  ["that is the bare token", () => sessionIn(victim).access_token],
];

test.each(brokenCookies)(
  "a session cookie %s is nobody's, and a hold with it makes a guest",
  async (_, breakIt) => {
    const guest = newGuest();
    for (const [name, value] of victim.jar)
      if (name !== "holdfast_guest") guest.jar.set(name, breakIt(value));
    expect((await guest.cart()).lines).toEqual([]);
    await guest.hold(await createVariant(sql, 1));
    expect(guest.cookie).not.toBeNull();
    expect((await victim.cart()).totalQuantity).toBe(2);
  },
);

describe("an admin", () => {
  const isAdmin = async (guest: Guest) => bodyOf(await guest.get("/api/session"), 200, SessionSchema).isAdmin;

  test("is whom app_metadata calls one", async () => {
    const user = await newUser();
    expect(await isAdmin(user)).toBe(false);
    await sql`update auth.users set raw_app_meta_data = raw_app_meta_data || '{"role":"admin"}'
      where email = ${user.email}`;
    expect(await isAdmin(user)).toBe(true);
  });

  test.each([
    ["user_metadata", '{"role":"admin","app_metadata":{"role":"admin"}}'],
    ["user_metadata that says so in other words", '{"is_admin":true,"admin":true,"roles":["admin"]}'],
  ])("is nobody by %s", async (_, metadata) => {
    const user = await newUser();
    await sql`update auth.users set raw_user_meta_data = ${metadata}::text::jsonb where email = ${user.email}`;
    expect(await isAdmin(user)).toBe(false);
  });

  test("is nobody who writes so into their own metadata", async () => {
    const user = await newUser();
    const { url, publishableKey } = supabaseApi();
    const headers = {
      apikey: publishableKey,
      authorization: `Bearer ${sessionIn(user).access_token}`,
      "content-type": "application/json",
    };
    const body = JSON.stringify({ data: { role: "admin" }, app_metadata: { role: "admin" } });
    await fetch(`${url}/auth/v1/user`, { method: "PUT", headers, body });
    expect(await isAdmin(user)).toBe(false);
  });

  test.each([["Admin"], ["administrator"], [["admin"]], [true], [{ admin: true }]])(
    "is not one whose role is %j",
    async (role) => {
      const user = await newUser();
      await sql`update auth.users set raw_app_meta_data = ${sql.json({ role })} where email = ${user.email}`;
      expect(await isAdmin(user)).toBe(false);
    },
  );
});

describe("a session whose token ends", () => {
  const ending = (guest: Guest, changes: object = {}) => {
    const session = sessionIn(guest);
    const past = Math.floor(Date.now() / 1000) - 5;
    const token = signed(HS256, { ...claimsIn(session.access_token), exp: past }, storeKeys().jwtSecret);
    putSession(guest, { ...session, access_token: token, expires_at: past, ...changes });
  };

  test("is renewed with the next request, whose answer no cache may keep", async () => {
    const user = await newUser();
    await user.hold(await createVariant(sql, 5), 2);
    ending(user);
    const { refresh_token: before } = sessionIn(user);
    const answer = await user.get("/api/stock/reservations");
    expect(answer.body).toMatchObject({ totalQuantity: 2 });
    expect(answer.headers.get("cache-control")).toContain("no-store");
    expect(sessionIn(user).refresh_token).not.toBe(before);
    expect((await user.get("/api/stock/reservations")).headers.getSetCookie()).toEqual([]);
    expect(await kindOf(user)).toBe("user");
  });

  test("acts for its user in a change, too: the body arrives", async () => {
    const user = await newUser();
    ending(user);
    const variantId = await createVariant(sql, 5);
    await user.hold(variantId, 3);
    const id = await userIdOf(sql, user.email);
    const rows =
      await sql`select quantity from reservations where shopper_id = ${id} and variant_id = ${variantId}`;
    expect(rows.map((row) => row.quantity)).toEqual([3]);
  });

  test("is renewed for many requests at once, and stays", async () => {
    const user = await newUser();
    ending(user);
    const kinds = await Promise.all(Array.from({ length: 8 }, () => kindOf(user)));
    expect(new Set(kinds)).toEqual(new Set(["user"]));
    expect(await kindOf(user)).toBe("user");
  });

  test("and cannot be renewed is taken away", async () => {
    const user = await newUser();
    ending(user, { refresh_token: "nobody-s" });
    expect(await kindOf(user)).toBe("guest");
    expect([...user.jar.keys()].filter((name) => name.startsWith("holdfast_session"))).toEqual([]);
  });

  test("never touches an answer that everybody shares", async () => {
    const user = await newUser();
    ending(user);
    for (const path of ["/api/products", "/api/products/lighthouse-mug"]) {
      const { headers } = await user.get(path);
      expect(headers.getSetCookie()).toEqual([]);
      expect(headers.get("cache-control")).toBe("public, max-age=0, s-maxage=1");
    }
  });
});
