import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../local/paths.ts";
import { hashOf, type Kind, type Mutant } from "./mutant.ts";

/**
 * Tests that compare the schema's text, or expect a function to say what it says: any change at all turns them red,
 * which shows nothing about what the guard is for.
 */
const readSchemaAsText = [
  ...["access-matrix", "advisors", "controls", "db-push", "local-migrations"],
  ...["schema", "schema-snapshot", "upgrade"],
].map((name) => `tests/db/${name}.test.ts`);

/** A million rows to begin with: minutes for each mutant, and about how long it takes. */
const ofBulk = ["tests/db/silent-day.test.ts"];

/** Hundreds who want the same at once: slow, and about who waits for whom. */
const ofCrowds = ["tests/db/crowd.test.ts"];
const waits: Kind[] = [
  ...([
    "lock-removed",
    "skip-locked-removed",
    "lock-call-neutralised",
    "lock-order-reversed",
    "clock",
  ] as const),
];

export const canJudge = (file: string, { kind }: Mutant): boolean =>
  waits.includes(kind) || !ofCrowds.includes(file);

/** The test files that judge mutants, relative to the clone. */
export function findTestFiles(): string[] {
  const files = globSync("tests/db/**/*.test.ts", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  return files.filter((file) => ![...readSchemaAsText, ...ofBulk].includes(file)).toSorted();
}

/** A hash of every test file together with what it imports of the tests, and that in turn. */
export function hashTests(files: string[]): Map<string, string> {
  const texts = new Map<string, string>();
  const read = (file: string): string => {
    const text = texts.get(file) ?? readFileSync(join(root, file), "utf8");
    texts.set(file, text);
    return text;
  };
  const gather = (file: string, seen: Set<string>): Set<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const imported of importsOf(file, read(file))) gather(imported, seen);
    return seen;
  };
  return new Map(files.map((file) => [file, hashOf(...[...gather(file, new Set())].toSorted().map(read))]));
}

/** What a file of the tests imports, or reads, of the tests beside it. */
const importsOf = (file: string, text: string): string[] =>
  [...text.matchAll(/"(\.{1,2}\/[^"]+\.(?:ts|txt))"/g)]
    .map(([, path = ""]) => join(dirname(file), path).replaceAll("\\", "/"))
    .filter((path) => path.startsWith("tests/") && existsSync(join(root, path)));

/** Which files are likely to notice: by a part of the mutant's id, how their names begin, in order. */
const likely: [object: RegExp, files: string[]][] = [
  [
    /(keep_refusals|prune|claim_settlements|erase_due|count_sign_in).* (lock-removed|skip-locked)/,
    ["upkeep-waits"],
  ],
  [/(lock_|transfer_).* where true/, ["waits-for-nobody"]],
  [/reserve_within_limits.* (lock-|clock )/, ["limits-keepers"]],
  [/(admin_|transfer_reservations).* lock-/, ["waits-of-operating", "lock-order"]],
  [/ clock /, ["clocks", "races", "lapsed", "transfer-races"]],
  [
    /(order|refund|payment|dispute|shipped|checkout|session|restock|mails|settlements).* (lock-|skip-locked)/,
    ["waits-of-paying"],
  ],
  [/ lock-order/, ["lock-order", "accounts-races"]],
  [/ lock-| skip-locked/, ["races", "interleavings", "transfer-races", "crowd"]],
  [
    /check_settled|guard_paying_hold|guard_refund/,
    ["survivors-settled", "survivors-rest", "survivors-ladder"],
  ],
  [
    /payment_intent_id_check|outside_refund|write_refund_status|give_way|record_refund/,
    ["survivors-outside"],
  ],
  [/decide_reservations bound|extend_each limit|mark_expired/, ["survivors-batches"]],
  [/admin_variant_timeline/, ["survivors-admin"]],
  [/own_units|free_units|take_units|unpin_holds|insert_paying/, ["survivors-ladder", "payments-settle"]],
  [/settle_payment|sell_or_refund|sell_lines|end_payment/, ["payments-settle", "survivors-ladder"]],
  [
    /\.(payments|orders|order_lines|refunds|refund_lines|payment_events)\./,
    ["survivors-money", "payments-typed"],
  ],
  [/restock|unreturned|cancel_order|give_way|outside_refund/, ["survivors-restock", "orders", "refunds"]],
  [/refund|shipped/, ["refunds", "survivors-refunds", "orders"]],
  [
    /payment|checkout|pin_|stripe_session|claim_settlements|payable/,
    ["payments-start", "survivors-payments"],
  ],
  [/paid_order/, ["orders-elsewhere", "payments-settle"]],
  [/has_restock_undecided/, ["restock-undecided"]],
  [/erase|account/, ["erase-orders", "accounts", "orders-trail", "survivors-money"]],
  [/drift_of/, ["reconcile-stock", "consistency"]],
  [/webhook/, ["webhook-failures"]],
  [/low_stock/, ["low-stock"]],
  [/picture/, ["pictures"]],
  [/sign_in/, ["survivors-answers", "limits", "upkeep-waits"]],
  [/new_holds|per_minute/, ["caps-per-minute", "caps"]],
  [/end_merge|note_merge|merge_holds|lock_acting/, ["merges-ended", "merge-ends", "limits-races"]],
  [/stats|health|summary/, ["views", "health"]],
  [/mail|alert|dispute|reconcile/, ["alerts", "orders", "payments-work"]],
  [/admin_/, ["admin-", "survivors-admin"]],
  [/idempoten|kept_|keep_answer|keep_decided|known|has_extended/, ["idempotency", "at-once"]],
  [/transfer|merg|acting_shopper/, ["transfer"]],
  [/adjust|movement|ledger|holds_as_json/, ["adjust", "trail", "ledger"]],
  [/repair|validate_stock|finding/, ["consistency", "repair", "drift"]],
  [/validate_reservations/, ["validate", "forecast"]],
  [/expire_reservations|sweep/, ["lapsed", "sweep", "races"]],
  [/get_availability|availability_of|next_release/, ["availability", "refusals"]],
  [/cart|acting/, ["cart", "null-arguments"]],
  [/extend|is_refused /, ["extend", "races"]],
  [/release|variants_of/, ["release", "races"]],
  [/set_reservation_quantity/, ["quantity"]],
  [/log_|_log |audit/, ["orders-trail", "trail"]],
  [/_keep trigger|prune/, ["prune", "orders-trail"]],
  [/live_units/, ["limits-units"]],
  [/known_|lines_of_requests/, ["limits-known"]],
  [/cool|limit|source/, ["limits", "survivors-sources"]],
  [/count_refusals/, ["refusals", "trail"]],
  [/check_reserve|raise_invalid/, ["malformed", "null-arguments"]],
  [/at_once/, ["at-once", "refusals", "caps"]],
  [/choose_level|free_beside|read_levels|locations/, ["locations", "transfer-late"]],
  [/load_holds/, ["caps", "quantity"]],
  [/load_holds|reclaim|mark_expired|expire_lapsed/, ["lapsed", "races", "quantity"]],
  [
    /decide|write_holds|is_refused_unseen|private\.reserve|no_holds/,
    ["refusals", "caps", "batch", "quantity", "model"],
  ],
  [/parse_reserve/, ["batch", "carts", "transfer-late"]],
  [/reservations\.|stock_levels\.|count_/, ["typed-sql", "status", "invariants"]],
];

/**
 * What notices most goes first: what noticed this object's mutants before, what this file says, then who costs little.
 * About who waits for whom, and until when, this file knows best.
 */
export function rank(
  files: string[],
  { id, object, kind }: Mutant,
  killers: { object: string; file: string }[],
  costs: Map<string, number>,
): string[] {
  const hints = likely.filter(([pattern]) => pattern.test(id)).flatMap(([, names]) => names);
  const place = (file: string) => {
    const at = hints.findIndex((name) => file.startsWith(`tests/db/${name}`));
    return at === -1 ? 1000 : at;
  };
  const kills = (file: string) =>
    killers.filter((kill) => kill.object === object && kill.file === file).length;
  const cost = (file: string) => costs.get(file) ?? 0;
  const isFirst = (file: string) => Number(kills(file) > 0 || place(file) < 1000);
  const hint = (a: string, b: string) => place(a) - place(b);
  const isWait = waits.includes(kind);
  return files.toSorted(
    (a, b) =>
      isFirst(b) - isFirst(a) ||
      (isWait && hint(a, b)) ||
      kills(b) - kills(a) ||
      hint(a, b) ||
      cost(a) - cost(b),
  );
}
