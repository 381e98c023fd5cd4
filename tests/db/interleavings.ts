import type { Sql, TestDatabase } from "../support/database.ts";
import {
  createVariant,
  extend,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
  setQuantity,
  sweep,
} from "../support/shop.ts";
import { testTable } from "./interleavings-table.ts";
import { adjust, transfer } from "./sessions.ts";

/** What one session does to the one hold of a scene: everything that changes holds or stock. */
export const operations = [
  "reserve",
  "extend",
  "set",
  "release",
  "expire",
  "transfer",
  "adjust",
  "sweep",
] as const;
export type Operation = (typeof operations)[number];

export type Setting = {
  /** Whether the hold that everything is about still lives, or lapsed and was swept by nobody. */
  hold: "live" | "lapsed";
  /** Who asks in the second session: the holder X as in the first one, or somebody else, Y. */
  second: "X" | "Y";
  /** Units on the shelf, of which X holds one. */
  onHand: number;
};

export type Scene = {
  setting: Setting;
  variantId: string;
  mine: { reservationId: string; locationId: string };
  people: Record<"X" | "Y" | "U", string>;
};

export async function perform(operation: Operation, session: Sql, scene: Scene, place: "first" | "second") {
  const { setting, variantId, mine, people } = scene;
  const who = people[place === "first" ? "X" : setting.second];
  switch (operation) {
    case "reserve":
      // As the web server asks; what is said beside that would keep the request off the shortcut.
      return must((await reserveBatch(session, [{ shopperId: who, lines: [{ variantId, quantity: 1 }] }]))[0])
        .outcome;
    case "extend": {
      const answer = must((await extend(session, who, [mine.reservationId]))[0]);
      return answer.refusal ? `${answer.outcome}: ${answer.refusal}` : answer.outcome;
    }
    case "set":
      return (await setQuantity(session, who, mine.reservationId, setting.onHand)).outcome;
    case "release":
      return `released ${(await release(session, who, [mine.reservationId])).released}`;
    case "expire":
      // Asking for more than there is gets nothing, but takes the locks and marks what has lapsed on the way.
      return (await reserve(session, who, variantId, setting.onHand + 1, "set")).outcome;
    case "transfer": {
      // With other people in play, two sign-ins of one guest name two users.
      const into = setting.second === "Y" && place === "first" ? people.Y : people.U;
      const { outcome, moved } = await transfer(session, people.X, into);
      return moved === undefined ? outcome : `${outcome} ${moved}`;
    }
    case "adjust": {
      const { outcome, released } = await adjust(session, variantId, mine.locationId, -1, true);
      return released?.length ? `${outcome}, withdrew ${released.length}` : outcome;
    }
    case "sweep":
      return `expired ${(await sweep(session)).expired}`;
  }
}

/** The holds, oldest first, and `reserved/on_hand`, for example: `X expired, Y active×2, 2/2`. */
export async function stateOf(sql: Sql, { variantId, people }: Scene): Promise<string> {
  const name = (id: string) => must(Object.entries(people).find(([, shopperId]) => shopperId === id))[0];
  const holds = await sql<{ shopper_id: string; state: string; quantity: number }[]>`
    select shopper_id, quantity,
      case when is_withdrawn then 'withdrawn'
           when status = 'active' and expires_at <= clock_timestamp() then 'lapsed' else status::text end as state
    from reservations where variant_id = ${variantId} order by created_at`;
  const [level] = await sql<{ counts: string }[]>`
    select reserved || '/' || on_hand as counts from stock_levels where variant_id = ${variantId}`;
  const words = holds.map((h) => `${name(h.shopper_id)} ${h.state}${h.quantity > 1 ? `×${h.quantity}` : ""}`);
  return [...words, must(level).counts].join(", ");
}

export async function setScene(db: TestDatabase, setting: Setting, units = 1): Promise<Scene> {
  // Nothing that an earlier scene left is for this one's sweep to find.
  await sweep(db.sql);
  const people = { X: newShopper(), Y: newShopper(), U: newShopper() };
  const variantId = await createVariant(db.sql, setting.onHand);
  // Typed in, since then a hold may begin in the past: a live one a while ago, so that there is time to be given.
  const age = setting.hold === "lapsed" ? "901 s" : "60 s";
  const [mine] = await db.sql<Scene["mine"][]>`
    with shopper as (insert into shoppers (id) values (${people.X}) returning id)
    insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at,
                              max_expires_at)
    select shopper.id, s.variant_id, s.location_id, ${units}, 900, t.began, t.began + interval '900 s', t.began + interval '2 h'
    from stock_levels as s, shopper, (select clock_timestamp() - ${age}::interval as began) as t
    where s.variant_id = ${variantId}
    returning id as "reservationId", location_id as "locationId"`;
  return { setting, variantId, mine: must(mine), people };
}

/** Plays a table of every pair of the operations on a hold; see testTable. */
export function testInterleavings(setting: Setting, table: string): void {
  testTable(
    { operations, beside: operations, setScene: (db) => setScene(db, setting), perform, stateOf },
    table,
  );
}
