import { afterEach, expect, it, vi } from "vitest";
import { secretValues } from "@/lib/env";
import { logError } from "@/lib/log";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function logged(facts: Record<string, string>): string {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  logError("something", facts);
  return String(write.mock.calls[0]?.[0]);
}

it("writes one line of JSON", () => {
  const line = logged({ message: "two\nlines" });
  expect(line.split("\n")).toHaveLength(2);
  expect(JSON.parse(line)).toMatchObject({ level: "error", event: "something", message: "two\nlines" });
});

it.each(["sb_secret_value", 'with a "quote" and a \\'])("strikes out the secret %j", (secret) => {
  vi.stubEnv("SUPABASE_SECRET_KEY", secret);
  const line = logged({ message: `denied to ${secret}`, stack: `at ${secret}` });
  expect(JSON.parse(line)).toMatchObject({ message: "denied to [secret]", stack: "at [secret]" });
});

it("is not confused by settings that are empty or missing", () => {
  vi.stubEnv("SUPABASE_SECRET_KEY", undefined);
  vi.stubEnv("CRON_SECRET", "");
  expect(JSON.parse(logged({ message: "as it is" }))).toMatchObject({ message: "as it is" });
});

it("counts every setting as secret that is not named as open", () => {
  const settings = {
    NEXT_PUBLIC_SUPABASE_URL: "https://example.test",
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "public",
    SUPABASE_SECRET_KEY: "one",
    GUEST_COOKIE_SECRET: "two",
    CRON_SECRET: "three",
    TRUSTED_PROXY_HEADER: "x-real-ip",
    VERCEL: "1",
    PATH: "/bin",
  };
  expect(secretValues(settings)).toEqual(["one", "two", "three"]);
});
