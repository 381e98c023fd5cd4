import { describe, expect, it } from "vitest";
import { parseEnv } from "@/lib/env";

const good = {
  NEXT_PUBLIC_SUPABASE_URL: "https://project.supabase.co",
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "sb_publishable_value",
  SUPABASE_SECRET_KEY: "sb_secret_value",
  GUEST_COOKIE_SECRET: "thirty-two characters at the least",
  STRIPE_SECRET_KEY: "sk_test_value",
  STRIPE_WEBHOOK_SECRET: "whsec_value",
};
const names = Object.keys(good);

function messageOf(source: Record<string, string | undefined>): string {
  try {
    parseEnv(source);
  } catch (error) {
    return (error as Error).message;
  }
  return expect.unreachable("nothing was refused");
}

describe("the settings of the server", () => {
  it("are read, and nothing beside them", () => {
    expect(parseEnv({ ...good, PATH: "/bin" })).toEqual(good);
  });

  it.each(names)("name %s where it is missing or empty, and only that", (name) => {
    for (const value of [undefined, ""]) {
      const message = messageOf({ ...good, [name]: value });
      expect(names.filter((other) => message.includes(other))).toEqual([name]);
      expect(message).toContain(`${name} is not set`);
      expect(message).toContain(".env.example");
    }
  });

  it("name all that is missing at once", () => {
    const message = messageOf({});
    for (const name of names) expect(message).toContain(`${name} is not set`);
  });

  it.each([
    ["NEXT_PUBLIC_SUPABASE_URL", "project.supabase.co"],
    ["NEXT_PUBLIC_SUPABASE_URL", "not-an-address"],
    ["GUEST_COOKIE_SECRET", "only-thirty-one-characters-long"],
    ["STRIPE_SECRET_KEY", "pk_test_value"],
    ["STRIPE_SECRET_KEY", "whsec_value"],
    ["STRIPE_WEBHOOK_SECRET", "whsec"],
    ["STRIPE_API_URL", "localhost"],
    ["STRIPE_DELAYED_METHODS", "SEPA debit"],
    ["SMTP_URL", "https://mail.example"],
  ])("say what is wrong with %s", (name, value) => {
    const message = messageOf({ ...good, [name]: value });
    expect(message).toContain(`${name}: `);
    expect(message).not.toContain(`${name} is not set`);
  });

  it("want a sender where there is a mail server, and do without both", () => {
    const mail = { SMTP_URL: "smtps://shop:secret@mail.example", MAIL_FROM: "shop@example.com" };
    expect(parseEnv({ ...good, ...mail })).toEqual({ ...good, ...mail });
    expect(messageOf({ ...good, SMTP_URL: mail.SMTP_URL })).toContain("MAIL_FROM is not set");
    expect(parseEnv({ ...good, SMTP_URL: "", STRIPE_API_URL: "" })).toMatchObject({ SMTP_URL: "" });
  });

  it("do without a cron secret, but not with a short one", () => {
    const withSecret = (CRON_SECRET: string) => ({ ...good, CRON_SECRET });
    for (const secret of ["", "sixteen characters"]) {
      expect(parseEnv(withSecret(secret))).toEqual(withSecret(secret));
    }
    expect(messageOf(withSecret("fifteen letters"))).toContain("CRON_SECRET: has at least 16");
  });

  it("never show a value, neither a good one nor the wrong one", () => {
    const wrong = {
      ...good,
      NEXT_PUBLIC_SUPABASE_URL: "wrong-url-value",
      GUEST_COOKIE_SECRET: "short-secret",
    };
    const message = messageOf({ ...wrong, SUPABASE_SECRET_KEY: undefined });
    for (const value of Object.values(wrong)) expect(message).not.toContain(value);
  });
});
