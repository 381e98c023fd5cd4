import type { LocalControls } from "./controls.ts";

/** The controls as they are over HTTP: every one answers later. */
export type Controls = {
  [Name in keyof LocalControls]: (
    ...input: Parameters<LocalControls[Name]>
  ) => Promise<Awaited<ReturnType<LocalControls[Name]>>>;
};

/** What a process needs to know to use a stand-in that runs in another. */
export type StandInAddress = {
  /** Where it answers, without a slash at the end: `STRIPE_API_URL`. */
  url: string;
  secretKey: string;
  webhookSecret: string;
};

/** The controls of a stand-in that runs somewhere else. */
export function connectStripeStandIn({ url, secretKey }: StandInAddress): Controls {
  const call = async (name: string, input: unknown) => {
    const answer = await fetch(`${url}/_control/${name}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${secretKey}`, "Content-Type": "application/json" },
      body: JSON.stringify(input ?? {}),
    });
    const body = (await answer.json()) as { error?: { message: string } };
    if (!answer.ok) throw new Error(`Stripe stand-in, ${name}: ${body.error?.message}`);
    return body;
  };
  return new Proxy({} as Controls, {
    // Awaiting the controls themselves must not look for a `then`.
    get: (_, name) => (name === "then" ? undefined : (input: unknown) => call(String(name), input)),
  });
}
