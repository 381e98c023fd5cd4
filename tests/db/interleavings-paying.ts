import { expired, type Payment, paid, pinCart, settle, startCheckout } from "../support/checkout.ts";
import type { Sql, TestDatabase } from "../support/database.ts";
import { must } from "../support/shop.ts";
import {
  operations as holding,
  perform as performOnHold,
  type Scene as SceneOfHold,
  type Setting as SettingOfHold,
  setScene as setSceneOfHold,
  stateOf as stateOfHolds,
} from "./interleavings.ts";
import { testTable } from "./interleavings-table.ts";

/** What a session does to a payment; what is done to a hold is in interleavings.ts. */
const payingOperations = ["pin", "confirm", "unpin", "give up", "refund", "restock"] as const;
type Operation = (typeof payingOperations)[number] | (typeof holding)[number];

export type Setting = SettingOfHold & {
  /**
   * The hold is in X's cart; or pinned; or the window of its payment is over, and Stripe said that nothing came; or it
   * is sold, two units, of which one came back, and nobody said yet whether it is sold again.
   */
  stage: "in the cart" | "pinned" | "given up" | "sold";
};
type Scene = SceneOfHold & { payment: Payment | undefined; refundId: string };

async function setScene(db: TestDatabase, { stage, ...setting }: Setting): Promise<Scene> {
  const scene = await setSceneOfHold(db, setting, stage === "sold" ? 2 : 1);
  if (stage === "in the cart") return { ...scene, payment: undefined, refundId: "" };
  const payment = await pinCart(db.sql, scene.people.X);
  if (stage === "given up") await settle(db.sql, payment.paymentId, expired, "expire");
  if (stage === "sold") await settle(db.sql, payment.paymentId, paid(payment));
  const refundId = stage === "sold" ? must((await refundOne(db.sql, payment)).refundId) : "";
  return { ...scene, payment, refundId };
}

type RefundAnswer = { outcome: string; refundId?: string };

/** One unit comes back: where it goes is decided later. */
async function refundOne(sql: Sql, { orderId }: Payment): Promise<RefundAnswer> {
  const [row] = await sql<{ answer: RefundAnswer }[]>`
    select request_refund(${orderId}, (
      select jsonb_agg(jsonb_build_object('orderLineId', l.id, 'quantity', 1, 'restock', 'undecided'))
      from order_lines l where l.order_id = ${orderId})) as answer`;
  return must(row).answer;
}

async function restock(sql: Sql, refundId: string): Promise<string> {
  const [row] = await sql<{ answer: { outcome: string } }[]>`
    select decide_restock(${refundId}, (
      select l.order_line_id from refund_lines l where l.refund_id = ${refundId}), true) as answer`;
  return must(row).answer.outcome;
}

async function perform(operation: Operation, session: Sql, scene: Scene, place: "first" | "second") {
  switch (operation) {
    case "pin":
      return (await startCheckout(session, scene.people.X)).outcome;
    case "confirm":
      return (await settle(session, must(scene.payment).paymentId, paid(must(scene.payment)))).outcome;
    case "unpin":
      return (await settle(session, must(scene.payment).paymentId, expired, "return")).outcome;
    case "give up":
      return (await settle(session, must(scene.payment).paymentId, expired, "expire")).outcome;
    case "refund":
      return (await refundOne(session, must(scene.payment))).outcome;
    case "restock":
      return restock(session, scene.refundId);
    default:
      return performOnHold(operation, session, scene, place);
  }
}

/** As of the holds, with the order and the units that came back before them: `paid − 1, X confirmed×2, 1/1`. */
async function stateOf(sql: Sql, scene: Scene): Promise<string> {
  const orders = await sql<{ status: string }[]>`
    select o.status || coalesce((select ' − ' || sum(f.quantity) from refund_lines f where f.order_line_id = l.id), '') as status
    from orders o join order_lines l on l.order_id = o.id where l.variant_id = ${scene.variantId} order by o.number`;
  return [...orders.map(({ status }) => status), await stateOfHolds(sql, scene)].join(", ");
}

/** What makes sense where: the operations that change the stage, and those that may come beside them. */
const stages: Record<Setting["stage"], { operations: Operation[]; beside: Operation[] }> = {
  "in the cart": { operations: ["pin"], beside: [...holding, "pin"] },
  pinned: {
    operations: ["confirm", "unpin", "give up"],
    beside: [...holding, "pin", "confirm", "unpin", "give up"],
  },
  "given up": { operations: ["confirm"], beside: [...holding, "pin", "confirm", "unpin", "give up"] },
  sold: {
    operations: ["refund", "restock"],
    beside: [...holding, "pin", "confirm", "unpin", "refund", "restock"],
  },
};

/** Plays a table of what is done to a payment beside everything else, in both orders; see testTable. */
export function testPaying(setting: Setting, table: string): void {
  testTable(
    {
      ...stages[setting.stage],
      setScene: (db) => setScene(db, setting),
      perform,
      stateOf,
    },
    table,
  );
}
