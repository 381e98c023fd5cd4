import { afterEach, expect, it, vi } from "vitest";
import { secretValues } from "@/lib/env";
import { logError, logInfo, logWarning } from "@/lib/log";
import { withRequestId } from "@/lib/request-context";

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

it("says which request a line belongs to, also of what goes on after a pause, and nobody else's", async () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await Promise.all(
    ["one", "two"].map((id) =>
      withRequestId(id, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        logWarning(`of ${id}`, {});
      }),
    ),
  );
  logInfo("of none", {});
  const lines = write.mock.calls.map(
    ([line]) => JSON.parse(String(line)) as { event: string; requestId?: string },
  );
  expect(lines.map(({ event, requestId }) => [event, requestId])).toEqual([
    ["of one", "one"],
    ["of two", "two"],
    ["of none", undefined],
  ]);
});

it("says the level by name, and when", () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  logInfo("one", {});
  logWarning("two", {});
  logError("three", {});
  const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)) as { level: string; time: string });
  expect(lines.map(({ level }) => level)).toEqual(["info", "warn", "error"]);
  for (const { time } of lines) expect(new Date(time).toISOString()).toBe(time);
});

it.each([
  ["duplicate key (email)=(ada@holdfast.test)", "duplicate key (email)=([e-mail])"],
  ["<Ada.L+shop@mail.example.co.uk> refused", "<[e-mail]> refused"],
  ["mail to ada@holdfast.test: no", "mail to [e-mail]: no"],
  ["@supabase/ssr threw at 12:30", "@supabase/ssr threw at 12:30"],
])("strikes out e-mail addresses: %s", (message, wanted) => {
  expect(JSON.parse(logged({ message })).message).toBe(wanted);
});

it.each(["email", "shipAddress", "password", "guestCookie", "Authorization", "accessToken"])(
  "writes no fact that is called %s",
  (name) => {
    expect(logged({ [name]: "Seaside 1" })).not.toContain("Seaside");
  },
);
