import {
  AdjustBodySchema,
  AdjustedSchema,
  AdminStockSchema,
  ImportAnswerSchema,
  ImportBodySchema,
  SafetyStockAnswerSchema,
  SafetyStockBodySchema,
} from "@/contracts/admin-stock";
import { SERVER_NOW, VARIANT_ID } from "../examples";
import { LOCATION_ID, level } from "../examples-admin";
import { ADMIN, ADMIN_CHANGE, KEY, type Operation } from "../operation";

const common = { tag: "Admin", caller: "admin", cache: "personal" } as const;
const ids = { variantId: VARIANT_ID, locationId: LOCATION_ID };
const version = "5f1d7a84c0b0d2a0f4c6e1b7d93a2c58";
const row = {
  line: 2,
  sku: "VASE-S",
  location: "main",
  name: "Tidewater Vase – Small, 14 cm",
  before: 12,
  after: 11,
  held: 2,
  outcome: "changed",
};
const count = { csv: "sku,location,on_hand\nVASE-S,main,11\n", reason: "Counted on Monday" };

export const adminStock: Operation[] = [
  {
    ...common,
    id: "getStock",
    method: "get",
    path: "/api/admin/stock",
    summary: "Every stock level",
    answers: {
      200: {
        description: "Levels in the shop's order, and the locations.",
        schema: AdminStockSchema,
        examples: {
          one: {
            serverNow: SERVER_NOW,
            lowStockAt: 5,
            levels: [level],
            locations: [{ id: LOCATION_ID, code: "main", name: "Main" }],
          },
        },
      },
    },
    problems: ADMIN,
  },
  {
    ...common,
    id: "adjustStock",
    method: "post",
    path: "/api/admin/stock/adjust",
    summary: "Changes how many units are on hand, with a reason",
    description:
      "Where live holds stand in the way nothing changes and the answer says which; with `releaseNewest` the newest are taken back and their shoppers told. Holds that are being paid stay. Without a key it is done each time that it is sent.",
    params: { header: KEY },
    body: {
      schema: AdjustBodySchema,
      examples: { broken: { ...ids, delta: -1, reason: "One was broken" } },
    },
    answers: {
      200: {
        description: "Adjusted.",
        schema: AdjustedSchema,
        examples: { adjusted: { serverNow: SERVER_NOW, onHand: 11, released: [] } },
      },
    },
    problems: [...ADMIN_CHANGE, "stock_level_not_found", "units_held", "payment_open", "below_zero"],
  },
  {
    ...common,
    id: "setSafetyStock",
    method: "put",
    path: "/api/admin/stock/safety",
    summary: "Sets how many units new holds leave alone",
    params: { header: KEY },
    body: { schema: SafetyStockBodySchema, examples: { two: { ...ids, safetyStock: 2 } } },
    answers: {
      200: {
        description: "Saved.",
        schema: SafetyStockAnswerSchema,
        examples: { saved: { serverNow: SERVER_NOW, safetyStock: 2 } },
      },
    },
    problems: [...ADMIN_CHANGE, "stock_level_not_found"],
  },
  {
    ...common,
    id: "importStock",
    method: "post",
    path: "/api/admin/stock/import",
    summary: "Takes over a counted stock",
    description:
      "CSV with the columns `sku`, `location` and `on_hand`, at most 1,000 rows. Without `version` a preview: what each row comes to. With the version of that preview all rows are done in one transaction, or none where one cannot be, or where the stock changed since.",
    params: { header: KEY },
    body: {
      schema: ImportBodySchema,
      examples: { preview: count, apply: { ...count, version } },
    },
    answers: {
      200: {
        description: "The preview, or what was done.",
        schema: ImportAnswerSchema,
        examples: {
          preview: { serverNow: SERVER_NOW, outcome: "preview", version, rows: [row] },
          refused: {
            serverNow: SERVER_NOW,
            outcome: "refused",
            version,
            rows: [{ ...row, sku: "VASE-X", name: null, before: null, held: 0, outcome: "unknown_sku" }],
          },
        },
      },
    },
    problems: [...ADMIN_CHANGE, "stock_changed", "import_refused"],
  },
];
