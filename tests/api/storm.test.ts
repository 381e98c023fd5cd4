import { expect, inject, test } from "vitest";
import { runStorm } from "../storm/storm.ts";
import { npmRun, run } from "../support/npm-run.ts";
import { storeUrl, useStoreDatabase } from "../support/store.ts";
import { useSecondStore } from "./second-store.ts";

const sql = useStoreDatabase();
const base = { buyers: 200, stock: 37, pay: 0, waitExpiry: false, liftLimits: false };
const quietly = () => {};
const names = (findings: { name: string; passed: boolean; says: string }[]) =>
  findings.filter(({ passed }) => !passed).map(({ name, says }) => `${name}: ${says}`);

/** What the verdict that people read finds good, and what not. */
const verdictIn = (output: string, mark: "✓" | "✗") =>
  [...output.matchAll(/^ {2}([✓✗]) (\w+(?: \w+)*) {2}/gmu)]
    .filter(([, found]) => found === mark)
    .map(([, , name]) => name);

test("npm run storm, as it is typed: two hundred shoppers for 37 units, none sold twice, none lost, all refused rightly, also after holds ran out, and five pay", async () => {
  const race = ["--url", storeUrl(), "--buyers", "200", "--stock", "37", "--wait-expiry", "--pay", "5"];
  const { code, output } = await npmRun("storm", [...race, "--database-url", inject("databaseUrl")]);
  expect(verdictIn(output, "✗"), output).toEqual([]);
  expect(verdictIn(output, "✓")).toEqual([
    "oversold",
    "lost",
    "refused correctly",
    "expiry",
    "orders",
    "consistent",
    "unhindered",
  ]);
  expect(output).toMatch(
    /^ +[\d.]+ s {2}All at once for 37 units\n +[\d.]+ s {4}37 of 37 units held, 163 refused$/m,
  );
  expect(output).toMatch(/oversold +0, counted \d+ times/);
  expect(output).toMatch(/orders +5 of 5 paid orders sold, with (\d+) units, and \1 units left the shelf/);
  const [, requests] = /^ {2}reserve +(\d+)/m.exec(output) ?? [];
  expect(Number(requests)).toBeGreaterThanOrEqual(200);
  expect(output).toContain("The store kept every promise.");
  expect(code).toBe(0);
  const [left] = await sql`select count(*)::int as shown from products
    where slug like 'holdfast-storm-%' and published_at is not null`;
  expect(left?.shown, "its product is off the shop").toBe(0);
}, 300_000);

test("whoever changed their mind to two units pays for two, and both are counted", async () => {
  const few = { ...base, buyers: 4, stock: 12, pay: 4, url: storeUrl(), databaseUrl: inject("databaseUrl") };
  const verdict = await runStorm(few, quietly);
  expect(names(verdict.findings)).toEqual([]);
  expect(verdict.findings.find(({ name }) => name === "orders")?.says).toBe(
    "4 of 4 paid orders sold, with 6 units, and 6 units left the shelf",
  );
}, 60_000);

test("tests/test-reservation-system.js is the same; without a database it believes what shoppers are answered", async () => {
  const [some] = await sql<{ sku: string; units: number }[]>`
    select v.sku, s.on_hand - s.reserved - s.safety_stock as units from variants v
    join stock_levels s on s.variant_id = v.id join products p on p.id = v.product_id
    where p.published_at < now() and s.on_hand - s.reserved - s.safety_stock between 5 and 19
      and (select count(*) from stock_levels o where o.variant_id = v.id) = 1 limit 1`;
  if (!some) return expect.unreachable("the seed has such a variant");
  const race = ["--url", storeUrl(), "--buyers", "60", "--stock", String(some.units), "--variant", some.sku];
  const { code, output } = await run("node", ["tests/test-reservation-system.js", ...race]);
  expect(verdictIn(output, "✗"), output).toEqual([]);
  expect(verdictIn(output, "✓")).toEqual(["oversold", "lost", "refused correctly", "unhindered"]);
  expect(code).toBe(0);
}, 300_000);

const behindProxy = useSecondStore({ TRUSTED_PROXY_HEADER: "x-real-ip" }, "limited-store");

test("limits per address are told from a store that is wrong, and can be lifted for the run", async () => {
  const databaseUrl = inject("databaseUrl");
  const options = { ...base, buyers: 30, stock: 12, url: behindProxy.url, databaseUrl };
  const [before] = await sql`select * from store_settings`;
  const hindered = await runStorm(options, quietly);
  expect(names(hindered.findings).join()).toMatch(/unhindered: \d+ requests met a limit/);
  expect(names(hindered.findings).join()).not.toMatch(/oversold|lost/);
  const free = await runStorm({ ...options, liftLimits: true }, quietly);
  expect(names(free.findings)).toEqual([]);
  expect((await sql`select * from store_settings`)[0], "they are put back").toEqual(before);
}, 300_000);
