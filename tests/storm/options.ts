import { parseArgs } from "node:util";
import { Problem } from "../../local/problem.ts";

export type StormOptions = {
  /** Where the store answers, without a slash at the end. */
  url: string;
  buyers: number;
  /** Units that there are of the variant. */
  stock: number;
  /** SKU or id of the variant to race for; without it the storm needs `databaseUrl` and brings a product of its own. */
  variant?: string;
  /** Connection string of the deployment's Postgres: then the verdict reads the tables as well. */
  databaseUrl?: string;
  /** Let holds run out, and see that their units are taken again without a sweep. */
  waitExpiry: boolean;
  /** How many of the holders pay, on the pay page of the local stand-in; Stripe's own asks for a card. */
  pay: number;
  /** Raise the limits per address for the run and put them back: all buyers of a storm come from one. */
  liftLimits: boolean;
};

export const usage = `npm run storm -- --url https://shop.example --buyers 500 --stock 37

  --url URL            the store; http://localhost:3000 when left out
  --buyers N           how many shoppers race, 2 to 5000; 500 when left out
  --stock N            how many units there are; 37 when left out
  --database-url URL   Postgres of the store: the storm brings a product of its own, reads the truth from the tables,
                       and takes the product off the shop afterwards
  --variant SKU        without a database: the variant to race for. It has exactly --stock units, and nobody else
                       shops for it meanwhile
  --wait-expiry        also lets holds run out (with a database: seconds; without: as long as the shop holds)
  --pay N              so many holders pay, where the local Stripe stand-in takes the money
  --lift-limits        with a database: raises the limits per address while it runs, since all buyers share one`;

export function readOptions(
  args: string[],
  environment: Record<string, string | undefined> = {},
): StormOptions {
  const { values } = parse(args);
  const databaseUrl = values["database-url"] ?? environment.STORM_DATABASE_URL;
  const options: StormOptions = {
    url: httpUrl(values.url ?? "http://localhost:3000"),
    buyers: wholeNumber("--buyers", values.buyers ?? "500", 2, 5_000),
    stock: wholeNumber("--stock", values.stock ?? "37", 1, 100_000),
    waitExpiry: values["wait-expiry"] ?? false,
    pay: wholeNumber("--pay", values.pay ?? "0", 0, 1_000),
    liftLimits: values["lift-limits"] ?? false,
    ...(values.variant && { variant: values.variant }),
    ...(databaseUrl && { databaseUrl }),
  };
  if (!options.databaseUrl && !options.variant) {
    throw new Problem(
      "Name the variant to race for (--variant SKU), or give --database-url, and the storm brings its own.",
    );
  }
  if (options.liftLimits && !options.databaseUrl) throw new Problem("--lift-limits needs --database-url.");
  if (options.pay > Math.min(options.stock, options.buyers))
    throw new Problem("--pay is at most --stock and --buyers.");
  return options;
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args,
      options: {
        url: text,
        buyers: text,
        stock: text,
        variant: text,
        "database-url": text,
        "wait-expiry": flag,
        pay: text,
        "lift-limits": flag,
      },
    });
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Problem(`${name} is "${text}": a whole number from ${least} to ${most}.`);
}

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Problem(`"${text}" is no address of a store: it begins with https:// or http://.`);
  return text.replace(/\/+$/, "");
}
