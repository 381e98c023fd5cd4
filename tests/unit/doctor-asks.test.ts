import { afterEach, expect, test } from "vitest";
import type { Patient } from "../../local/doctor/check.ts";
import { checks } from "../../local/doctor/checks/index.ts";
import { examine, type Report } from "../../local/doctor/examine.ts";
import { brokenServices } from "../doctor/broken-services.ts";
import { sound } from "../doctor/broken-settings.ts";
import { type Service, startServices } from "../doctor/services.ts";

// The checks that ask a project or a store, with one thing broken after another.

const asking = checks.filter(({ needs }) => needs === "api" || needs === "store");
let stop = () => {};

afterEach(() => stop());

async function look(service: Service, patient: Partial<Patient> = {}): Promise<Report> {
  const services = await startServices(service);
  stop = services.stop;
  return examine(asking, {
    settings: { ...sound, NEXT_PUBLIC_SUPABASE_URL: services.url },
    // Its stand-in has no https; store-health asks for that of a shop for real shoppers.
    isProduction: false,
    localSecrets: [],
    migrations: [],
    now: Date.now,
    storeUrl: services.url,
    ...patient,
  });
}

const bad = (report: Report) =>
  report.flatMap(({ name, findings }) =>
    findings.filter(({ level }) => level !== "ok").map(({ level, says }) => [name, level, says]),
  );

/** As for real shoppers, but for the one check that then wants https. */
const inProduction = async (service: Service): Promise<Report> => {
  const report = await look(service, { isProduction: true });
  const others = report.filter(({ name }) => name !== "store-health");
  const health = (await look(service)).filter(({ name }) => name === "store-health");
  return [...others, ...health];
};

test("a sound project and store have no findings", async () => {
  expect(bad(await inProduction(() => undefined))).toEqual([]);
});

test.each(brokenServices)(
  "$what is found by name, and nothing else",
  async ({ service, name, level, says }) => {
    expect(bad(await inProduction(service))).toEqual([[name, level, expect.stringMatching(says)]]);
  },
);

test("a gateway that knows one schema alone shows no inner one", async () => {
  const report = await look(({ headers }) =>
    headers["accept-profile"] ? { status: 404, json: { code: "PGRST202" } } : undefined,
  );
  expect(bad(report)).toEqual([]);
});

test("on this machine demo accounts are as meant, and a wrong clock is only worth knowing", async () => {
  const isIn = (path: string) => path.startsWith("/auth/v1/token");
  expect(bad(await look(({ path }) => (isIn(path) ? { status: 200 } : undefined)))).toEqual([]);
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const report = await look(({ path }) =>
    path.startsWith("/rest/v1/products") ? { status: 200, json: [], headers: { date } } : undefined,
  );
  expect(bad(report)).toEqual([["clock", "warning", expect.stringContaining("s off")]]);
});

test("a shop for real shoppers is reached by https", async () => {
  expect(bad(await look(() => undefined, { isProduction: true }))).toEqual([
    ["store-health", "problem", expect.stringContaining("https")],
  ]);
});

test("without CRON_SECRET the store's cannot be tried, and nobody else's is guessed", async () => {
  const settings = { ...sound, CRON_SECRET: undefined };
  const services = await startServices(() => undefined);
  stop = services.stop;
  const report = await examine(
    asking.filter(({ name }) => name === "store-cron"),
    {
      settings,
      isProduction: false,
      localSecrets: [],
      migrations: [],
      now: Date.now,
      storeUrl: services.url,
    },
  );
  expect(bad(report)).toEqual([["store-cron", "warning", expect.stringContaining("CRON_SECRET")]]);
});

test("a project and a store that nobody reaches are problems by name", async () => {
  const services = await startServices(() => undefined);
  services.stop();
  const report = await look(() => undefined, {
    settings: { ...sound, NEXT_PUBLIC_SUPABASE_URL: services.url },
    storeUrl: services.url,
  });
  expect(bad(report).map(([name, level]) => [name, level])).toEqual(
    asking.map(({ name }) => [name, "problem"]),
  );
});
