import { type Check, fine, problem, warning } from "../check.ts";

const CRON = "/api/cron/cleanup-reservations";
const get = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(30_000) });

export const storeHealth: Check = {
  name: "store-health",
  needs: "store",
  async examine({ storeUrl, isProduction }) {
    if (isProduction && !storeUrl?.startsWith("https://"))
      return [
        problem(
          "the store is not reached by https",
          "Cookies of guests and users would cross the network in the clear.",
        ),
      ];
    const { status } = await get(`${storeUrl}/api/health`);
    return [
      status === 200
        ? fine("the store reaches its database")
        : problem(
            `/api/health answered ${status}`,
            "Look at the store's log: a missing setting is said by its name.",
          ),
    ];
  },
};

export const storeCron: Check = {
  name: "store-cron",
  needs: "store",
  async examine({ storeUrl, settings }) {
    const open = await get(`${storeUrl}${CRON}`);
    if (open.status === 200)
      return [problem("anybody may run the cron routes", "Is this the store? Deploy it again.")];
    if (!settings.CRON_SECRET)
      return [warning("cannot be tried without CRON_SECRET", "Give the settings of the store.")];
    const { status } = await get(`${storeUrl}${CRON}`, { authorization: `Bearer ${settings.CRON_SECRET}` });
    return [
      status === 200
        ? fine("sweeps for whoever shows the secret, and for nobody else")
        : problem(
            `the sweep answered ${status} to this CRON_SECRET`,
            "The store runs with another one: set it where you deploy, and deploy again.",
          ),
    ];
  },
};
