import { describe, expect, test } from "vitest";
import { SessionSchema, SignedInSchema, SignedOutSchema } from "@/contracts/account";
import { confirm, mailOf, newEmail, newUser, PASSWORD, signIn, userIdOf } from "../support/accounts.ts";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant, must } from "../support/shop.ts";
import { pin, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();

const sessionOf = async (guest = newGuest()) => bodyOf(await guest.get("/api/session"), 200, SessionSchema);
const cookiesOf = (headers: Headers) =>
  new Map(headers.getSetCookie().map((cookie) => [cookie.split("=")[0] ?? "", cookie.split("; ").slice(1)]));

describe("the session", () => {
  test("makes a stranger a guest, once", async () => {
    const stranger = newGuest();
    const first = await stranger.get("/api/session");
    expect(bodyOf(first, 200, SessionSchema)).toEqual({ kind: "guest", email: null, isAdmin: false });
    const { cookie } = stranger;
    expect(cookie).not.toBeNull();
    expect((await stranger.get("/api/session")).headers.getSetCookie()).toEqual([]);
    expect(stranger.cookie).toBe(cookie);
  });

  test("says who is signed in", async () => {
    const user = await newUser();
    expect(await sessionOf(user)).toEqual({ kind: "user", email: user.email, isAdmin: false });
  });

  test("asked first, two first changes at once make one guest", async () => {
    const guest = newGuest();
    await guest.get("/api/session");
    const [one, other] = await Promise.all([createVariant(sql, 5), createVariant(sql, 5)]);
    await Promise.all([guest.hold(one, 1), guest.hold(other, 1)]);
    expect((await guest.cart()).lines).toHaveLength(2);
  });
});

describe("signing up", () => {
  test("sends a code, and the code signs in", async () => {
    const [guest, email] = [newGuest(), newEmail()];
    const answer = await guest.send("POST", "/api/auth/sign-up", { json: { email, password: PASSWORD } });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([202, []]);
    expect((await sessionOf(guest)).kind).toBe("guest");
    expect((await confirm(guest, email)).session.email).toBe(email);
    expect((await sessionOf(guest)).kind).toBe("user");
  });

  test("with an address that has an account looks the same from outside, and changes nothing", async () => {
    const { email } = await newUser();
    const json = { email, password: "another password" };
    const [known, unknown] = await Promise.all([
      newGuest().send("POST", "/api/auth/sign-up", { json }),
      newGuest().send("POST", "/api/auth/sign-up", { json: { ...json, email: newEmail() } }),
    ]);
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    const names = (headers: Headers) => [...headers.keys()].sort();
    expect(names(known.headers)).toEqual(names(unknown.headers));
    problemOf(await signIn(newGuest(), email, "another password"), "sign_in_refused");
    bodyOf(await signIn(newGuest(), email), 200, SignedInSchema);
  });

  test.each<[string, object]>([
    ["no e-mail address", { email: "nobody", password: PASSWORD }],
    ["an address with a line break", { email: "a@b.test\nBcc: c@d.test", password: PASSWORD }],
    ["an address that is too long", { email: `${"a".repeat(250)}@b.test`, password: PASSWORD }],
    ["a short password", { email: newEmail(), password: "seven77" }],
    ["a password of more than 72 bytes", { email: newEmail(), password: "ä".repeat(37) }],
    ["no password", { email: newEmail() }],
    ["a role", { email: newEmail(), password: PASSWORD, role: "admin" }],
    ["metadata", { email: newEmail(), password: PASSWORD, app_metadata: { role: "admin" } }],
  ])("with %s is refused", async (_, json) => {
    problemOf(await newGuest().send("POST", "/api/auth/sign-up", { json }), "validation_failed");
  });
});

describe("signing in", () => {
  test("is refused in one way, whatever is wrong", async () => {
    const { email } = await newUser();
    const unconfirmed = newEmail();
    const json = { email: unconfirmed, password: PASSWORD };
    await newGuest().send("POST", "/api/auth/sign-up", { json });
    const answers = [
      await signIn(newGuest(), email, "wrong password"),
      await signIn(newGuest(), newEmail()),
      await signIn(newGuest(), unconfirmed),
      await newGuest().send("POST", "/api/auth/verify", { json: { email, code: "000000" } }),
      await newGuest().send("POST", "/api/auth/verify", { json: { email: newEmail(), code: "000000" } }),
    ];
    for (const answer of answers) {
      problemOf(answer, "sign_in_refused");
      expect({ ...(answer.body as object), requestId: "" }).toEqual({
        ...(must(answers[0]).body as object),
        requestId: "",
      });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  test("works with a code by e-mail, once", async () => {
    const { email } = await newUser();
    const [guest, before] = [newGuest(), (await mailOf(email)).count];
    const answer = await guest.send("POST", "/api/auth/code", { json: { email } });
    expect(answer.status).toBe(202);
    expect((await mailOf(email)).count).toBe(before + 1);
    const { code } = await mailOf(email);
    bodyOf(await guest.send("POST", "/api/auth/verify", { json: { email, code } }), 200, SignedInSchema);
    problemOf(
      await newGuest().send("POST", "/api/auth/verify", { json: { email, code } }),
      "sign_in_refused",
    );
  });

  test("asking for a code answers the same where there is no account, and sends nothing", async () => {
    const { email } = await newUser();
    const nobody = newEmail();
    const [known, unknown] = [
      await newGuest().send("POST", "/api/auth/code", { json: { email } }),
      await newGuest().send("POST", "/api/auth/code", { json: { email: nobody } }),
    ];
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    expect((await mailOf(nobody)).count).toBe(0);
    expect(await sql`select 1 from auth.users where email = ${nobody}`).toHaveLength(0);
  });

  test("sets cookies that no script and no other site can use, and headers that no cache ignores", async () => {
    const { email } = await newUser();
    const { headers } = await signIn(newGuest(), email);
    const cookies = cookiesOf(headers);
    expect([...cookies.keys()].sort()).toEqual(["holdfast_guest", "holdfast_session"]);
    const attributes = ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"];
    for (const found of cookies.values()) expect(found.toSorted()).toEqual(attributes);
    expect(headers.get("cache-control")).toBe("private, no-cache, no-store, must-revalidate, max-age=0");
    expect(headers.get("pragma")).toBe("no-cache");
  });

  test("over https sets them for https alone", async () => {
    const { email } = await newUser();
    const forwarded = { "x-forwarded-proto": "https" };
    const json = { email, password: PASSWORD };
    const { headers } = await newGuest().send("POST", "/api/auth/sign-in", { json, headers: forwarded });
    for (const found of cookiesOf(headers).values()) expect(found).toContain("Secure");
  });

  test("is refused after ten attempts with one address, also with the right password", async () => {
    const { email } = await newUser();
    for (let i = 0; i < 10; i++) await signIn(newGuest(), email, "wrong password");
    const problem = problemOf(await signIn(newGuest(), email), "too_many_attempts");
    expect(problem.retryAfterSeconds).toBeGreaterThan(0);
    await newGuest().send("POST", "/api/auth/code", { json: { email } });
    const { code } = await mailOf(email);
    bodyOf(await newGuest().send("POST", "/api/auth/verify", { json: { email, code } }), 200, SignedInSchema);
  });

  test.each(["sign-in", "sign-up", "code", "verify", "sign-out"])(
    "%s from another site is refused",
    async (what) => {
      const headers = { origin: "https://evil.example" };
      problemOf(await newGuest().send("POST", `/api/auth/${what}`, { headers }), "foreign_origin");
    },
  );
});

describe("what a guest holds", () => {
  test("becomes the user's by signing in, and the guest's cookie another", async () => {
    const { email } = await newUser();
    const guest = newGuest();
    const [alone, shared] = [await createVariant(sql, 5), await createVariant(sql, 5)];
    await guest.hold(alone, 2);
    await guest.hold(shared, 1);
    const elsewhere = newGuest();
    await signIn(elsewhere, email);
    await elsewhere.hold(shared, 2);
    const before = guest.cookie;
    const answer = bodyOf(await signIn(guest, email), 200, SignedInSchema);
    expect(answer).toMatchObject({ moved: 1, merged: 1 });
    expect(guest.cookie).not.toBe(before);
    const { lines } = await guest.cart();
    expect(new Map(lines.map((line) => [line.variantId, line.quantity]))).toEqual(
      new Map([
        [alone, 2],
        [shared, 3],
      ]),
    );
    const userId = await userIdOf(sql, email);
    const holders = await sql`select distinct shopper_id from reservations
      where variant_id in (${alone}, ${shared}) and status = 'active'`;
    expect(holders.map((row) => row.shopper_id)).toEqual([userId]);
  });

  test("a late request with the guest's old cookie acts for the user", async () => {
    const { email } = await newUser();
    const guest = newGuest();
    const variantId = await createVariant(sql, 5);
    await guest.hold(variantId, 1);
    const late = newGuest({ cookie: guest.cookie });
    await signIn(guest, email);
    await late.hold(variantId, 1);
    expect((await guest.cart()).totalQuantity).toBe(2);
  });

  test("a user with a guest's cookie beside is the user", async () => {
    const user = await newUser();
    await user.hold(await createVariant(sql, 5), 2);
    const stranger = newGuest();
    await stranger.hold(await createVariant(sql, 5), 1);
    user.cookie = stranger.cookie;
    expect((await user.cart()).totalQuantity).toBe(2);
  });

  test("stays with the guest while a payment is open, and nobody is signed in", async () => {
    const { email } = await newUser();
    const guest = newGuest();
    const { reservation } = await guest.hold(await createVariant(sql, 5), 1);
    await pin(sql, reservation.reservationId);
    problemOf(await signIn(guest, email), "payment_open");
    expect((await sessionOf(guest)).kind).toBe("guest");
    const [row] = await sql`select shopper_id from reservations where id = ${reservation.reservationId}`;
    expect(row?.shopper_id).toBe(guest.shopperId());
  });
});

describe("signing out", () => {
  test("ends the session, here and at the auth service, and leaves an empty cart", async () => {
    const user = await newUser();
    await user.hold(await createVariant(sql, 5), 2);
    const stolen = newGuest();
    for (const [name, value] of user.jar) stolen.jar.set(name, value);
    const before = user.cookie;
    const answer = await user.send("POST", "/api/auth/sign-out");
    bodyOf(answer, 200, SignedOutSchema);
    expect(answer.headers.get("clear-site-data")).toBe('"cache", "storage"');
    expect([...user.jar.keys()]).toEqual(["holdfast_guest"]);
    expect(user.cookie).not.toBe(before);
    expect((await user.cart()).lines).toEqual([]);
    expect((await sessionOf(stolen)).kind).toBe("guest");
    bodyOf(await signIn(user, user.email), 200, SignedInSchema);
    expect((await user.cart()).totalQuantity).toBe(2);
  });

  test("repeating it is fine, and so is it for a guest", async () => {
    bodyOf(await newGuest().send("POST", "/api/auth/sign-out"), 200, SignedOutSchema);
  });
});

test("an address is the same in capitals", async () => {
  const { email } = await newUser();
  const answer = bodyOf(await signIn(newGuest(), email.toUpperCase()), 200, SignedInSchema);
  expect(must(answer.session.email)).toBe(email);
});
