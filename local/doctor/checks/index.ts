import type { Check } from "../check.ts";
import * as api from "./api.ts";
import * as database from "./database.ts";
import * as operations from "./operations.ts";
import * as secrets from "./secrets.ts";
import * as store from "./store.ts";
import * as stripe from "./stripe.ts";
import * as supabase from "./supabase-keys.ts";

/** Everything that the doctor looks at, in the order in which it says it. */
export const checks: readonly Check[] = [
  supabase.supabaseSettings,
  supabase.publishableKey,
  supabase.secretKey,
  supabase.localKeys,
  supabase.standIns,
  secrets.guestCookieSecret,
  secrets.cronSecret,
  secrets.publicSecrets,
  secrets.sharedSecrets,
  stripe.stripeKey,
  stripe.stripeWebhook,
  stripe.stripeAddress,
  operations.mail,
  operations.alerts,
  operations.proxyHeader,
  api.settingsRow,
  api.exposedTables,
  api.exposedFunctions,
  api.exposedSchemas,
  api.demoAccounts,
  api.clock,
  database.migrations,
  database.settingsInDatabase,
  database.rowSecurity,
  database.tableGrants,
  database.functionGrants,
  database.triggers,
  database.firstAdmin,
  database.demoUsers,
  database.pgCron,
  database.lastSweep,
  database.databaseClock,
  store.storeHealth,
  store.storeCron,
];
