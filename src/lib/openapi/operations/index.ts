import type { Operation } from "../operation";
import { accounts } from "./accounts";
import { admin } from "./admin";
import { adminCatalogue } from "./admin-catalogue";
import { adminHolds } from "./admin-holds";
import { adminOrders } from "./admin-orders";
import { adminShop } from "./admin-shop";
import { adminStock } from "./admin-stock";
import { catalogue } from "./catalogue";
import { checkout } from "./checkout";
import { health } from "./health";
import { holds } from "./holds";
import { housekeeping } from "./housekeeping";
import { orders } from "./orders";
import { wholeCarts } from "./whole-carts";

/** Every method of every route below /api. A test finds a route that is missing here, and the other way round. */
export const operations: readonly Operation[] = [
  ...catalogue,
  ...holds,
  ...wholeCarts,
  ...checkout,
  ...orders,
  ...accounts,
  ...housekeeping,
  ...health,
  ...admin,
  ...adminShop,
  ...adminHolds,
  ...adminCatalogue,
  ...adminStock,
  ...adminOrders,
];
