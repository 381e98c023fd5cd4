import type { SettingName } from "@/contracts/admin-settings";

type Setting = { name: SettingName; label: string; hint: string };

/** Every setting once, in the words of those who set it. */
export const SETTING_GROUPS: readonly { title: string; settings: readonly Setting[] }[] = [
  {
    title: "How long a hold lasts",
    settings: [
      { name: "holdSeconds", label: "A hold, seconds", hint: "15 minutes are 900." },
      { name: "vipHoldSeconds", label: "A hold of a VIP, seconds", hint: "For shoppers of that tier." },
      {
        name: "maxHoldTurns",
        label: "Longest life, turns",
        hint: "11 are the first and ten extensions, as accessibility asks for.",
      },
      {
        name: "lapsedShownSeconds",
        label: "Shown as no longer held, seconds",
        hint: "How long a lost hold stays in the cart.",
      },
    ],
  },
  {
    title: "How much one shopper may hold",
    settings: [
      { name: "maxUnitsPerLine", label: "Units of one hold", hint: "At most." },
      { name: "maxUnitsPerVariant", label: "Units of one variant", hint: "Held at once by one shopper." },
      { name: "maxUnitsPerShopper", label: "Units of anything", hint: "Held at once by one shopper." },
      { name: "maxHoldsPerMinute", label: "New holds a minute", hint: "Changes of a hold do not count." },
    ],
  },
  {
    title: "Holds that come to nothing",
    settings: [
      {
        name: "maxUnconvertedHolds",
        label: "Let go before a pause",
        hint: "Holds of one variant by one shopper, without buying.",
      },
      {
        name: "unconvertedWindowSeconds",
        label: "Counted back, seconds",
        hint: "How far those are counted.",
      },
      { name: "coolDownSeconds", label: "Pause, seconds", hint: "0: no pause." },
    ],
  },
  {
    title: "Paying",
    settings: [
      {
        name: "paymentWindowSeconds",
        label: "Time to pay, seconds",
        hint: "How long starting to pay pins the holds.",
      },
      { name: "maxPayingSeconds", label: "Windows together, seconds", hint: "Of one hold, at most." },
      {
        name: "minReturnedSeconds",
        label: "Left after going back, seconds",
        hint: "At least, when a payment ends and its holds return to the cart.",
      },
      { name: "shippingCents", label: "Shipping, cents", hint: "Of each order, whatever is in it." },
    ],
  },
  {
    title: "One network address",
    settings: [
      {
        name: "maxSharePerAddressPercent",
        label: "Share of a variant, percent",
        hint: "That one address may hold.",
      },
      { name: "minUnitsPerAddress", label: "Units always allowed", hint: "However small the share is." },
      { name: "maxUnitsPerAddress", label: "Units at most", hint: "However large the share is." },
      { name: "maxRequestsPerAddress", label: "Requests a minute", hint: "For holds, from one address." },
    ],
  },
  {
    title: "What the shop shows and keeps",
    settings: [
      { name: "shownStockLimit", label: "Shown up to, units", hint: "Above it the shop says “or more”." },
      { name: "lowStockAt", label: "Low at, units", hint: "So many available, or fewer." },
      {
        name: "lowStockClearsAt",
        label: "Enough again at, units",
        hint: "An alert of low stock is over then, and not before.",
      },
      {
        name: "mergedGuestSeconds",
        label: "Guest acts for the user, seconds",
        hint: "After a sign-in, for requests that were under way.",
      },
      {
        name: "trailKeptDays",
        label: "Trail kept, days",
        hint: "Then pruned, its totals kept. Empty: for ever.",
      },
    ],
  },
];
