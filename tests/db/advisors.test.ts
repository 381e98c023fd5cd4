import { expect, test } from "vitest";
import { runNodeProgram } from "../../local/node-program.ts";
import { useTestDatabase } from "../support/database.ts";

// Supabase's own advisors, as its dashboard shows them for a hosted project, asked by its CLI: they need a
// connection string, and neither an account nor Docker nor a network.

const db = useTestDatabase();

type Finding = { name: string; level: string; detail: string; metadata: { schema?: string; name?: string } };

async function askAdvisors(): Promise<Finding[]> {
  const args = ["db", "advisors", `--remote=${db.url}`, "--type=all", "--level=info", "--output-format=json"];
  const { results } = JSON.parse(await runNodeProgram("supabase", args)) as { results: Finding[] };
  return results;
}

/** What the advisors say of us and we keep, each with its reason. */
const exceptions: { name: string; of?: string[]; reason: string }[] = [
  { name: "unused_index", reason: "a database that was made a moment ago has used none of its indexes" },
  {
    name: "rls_enabled_no_policy",
    of: [
      "admin_trail",
      "alerts",
      "idempotency_keys",
      "kept_refusals",
      "locations",
      "new_refusals",
      "order_trail",
      "order_trail_totals",
      "outgoing_mails",
      "payment_events",
      "payments",
      "product_pictures",
      "prune_runs",
      "refund_lines",
      "refunds",
      "reservation_trail",
      "shoppers",
      "sign_in_attempts",
      "source_holders",
      "source_requests",
      "stock_levels",
      "stock_movements",
      "stock_trail",
      "store_settings",
      "sweep_runs",
      "trail_totals",
      "webhook_failures",
    ],
    reason: "no policy is the policy: only the secret key reads these, and it is bound by none",
  },
];

const isExcepted = ({ name, metadata }: Finding) =>
  exceptions.some(
    (exception) => exception.name === name && (exception.of?.includes(metadata.name ?? "") ?? true),
  );

test("the advisors of Supabase find nothing but what we keep for a reason", async () => {
  const findings = await askAdvisors();
  expect(findings.filter((finding) => !isExcepted(finding))).toEqual([]);
  // A reason that nothing needs any more goes.
  for (const { name, of = [] } of exceptions) {
    const found = findings.filter((finding) => finding.name === name);
    expect(found, name).not.toEqual([]);
    if (of.length > 0) expect(found.map(({ metadata }) => metadata.name).sort()).toEqual(of);
  }
});

test("the advisors would say so: an open table, a view as its owner, a function with a loose search_path", async () => {
  await db.sql.unsafe(`
    create table public.open_to_all (id integer primary key, product_id uuid references public.products (id));
    grant all on public.open_to_all to anon;
    create view public.seen_by_all as select * from public.shoppers;
    grant select on public.seen_by_all to anon;
    create function public.loose() returns void language sql as 'select 1';
  `);
  const findings = (await askAdvisors()).filter((finding) => !isExcepted(finding));
  expect(findings.map(({ name, metadata }) => `${name} ${metadata.name ?? ""}`).sort()).toEqual([
    "function_search_path_mutable loose",
    "rls_disabled_in_public open_to_all",
    "security_definer_view seen_by_all",
    "unindexed_foreign_keys open_to_all",
  ]);
});
