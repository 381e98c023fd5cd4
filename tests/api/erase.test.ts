import { expect, test } from "vitest";
import { ErasedSchema } from "@/contracts/account";
import { confirm, newUser, sessionIn, signIn } from "../support/accounts.ts";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant, stockOf } from "../support/shop.ts";
import { supabaseApi } from "../support/store.ts";
import { useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();

const ACCOUNT = "/api/auth/account";

test("erasing an account gives its holds back, ends every session and leaves no such user", async () => {
  const user = await newUser();
  const variantId = await createVariant(sql, 5);
  await user.hold(variantId, 2);
  const elsewhere = newGuest();
  await signIn(elsewhere, user.email);
  const answer = await user.send("DELETE", ACCOUNT);
  expect(bodyOf(answer, 200, ErasedSchema).released).toBe(1);
  expect(answer.headers.get("clear-site-data")).toBe('"cache", "storage"');
  expect([...user.jar.keys()]).toEqual(["holdfast_guest"]);
  expect((await stockOf(sql, variantId)).reserved).toBe(0);
  expect(await sql`select 1 from auth.users where email = ${user.email}`).toHaveLength(0);
  expect((await elsewhere.cart()).lines).toEqual([]);
  problemOf(await signIn(newGuest(), user.email), "sign_in_refused");
});

test("a session that began long ago has to sign in again first", async () => {
  const user = await newUser();
  await sql`update auth.sessions set created_at = now() - interval '16 minutes'
    where user_id = (select id from auth.users where email = ${user.email})`;
  problemOf(await user.send("DELETE", ACCOUNT), "sign_in_again");
  await user.send("POST", "/api/auth/code", { json: { email: user.email } });
  await confirm(user, user.email);
  bodyOf(await user.send("DELETE", ACCOUNT), 200, ErasedSchema);
});

test("a session that was ended elsewhere erases nothing", async () => {
  const user = await newUser();
  const { url, publishableKey } = supabaseApi();
  const headers = { apikey: publishableKey, authorization: `Bearer ${sessionIn(user).access_token}` };
  await fetch(`${url}/auth/v1/logout?scope=global`, { method: "POST", headers });
  problemOf(await user.send("DELETE", ACCOUNT), "sign_in_required");
  expect(await sql`select 1 from auth.users where email = ${user.email}`).toHaveLength(1);
});

test("nobody and guests have nothing to erase, and no other site may ask for it", async () => {
  problemOf(await newGuest().send("DELETE", ACCOUNT), "sign_in_required");
  const user = await newUser();
  const headers = { origin: "https://evil.example" };
  problemOf(await user.send("DELETE", ACCOUNT, { headers }), "foreign_origin");
  expect(await sql`select 1 from auth.users where email = ${user.email}`).toHaveLength(1);
});
