import { expect, test } from "vitest";
import { SignedInSchema } from "@/contracts/account";
import { signIn } from "../support/accounts.ts";
import { bodyOf, newGuest } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();

test.each([
  ["admin@holdfast.test", true, 900],
  ["ada@holdfast.test", false, 900],
  ["vera@holdfast.test", false, 1800],
])(
  "%s signs in with the password of the README: admin %s, holds of %i seconds",
  async (email, isAdmin, seconds) => {
    const guest = newGuest();
    const answer = bodyOf(await signIn(guest, email, "tidewater-demo"), 200, SignedInSchema);
    expect(answer.session).toEqual({ kind: "user", email, isAdmin });
    const { reservation } = await guest.hold(await createVariant(sql, 5));
    expect(reservation.durationSeconds).toBe(seconds);
    await guest.release("all=true");
  },
);
