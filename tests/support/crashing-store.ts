import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";
import { createGates, type Place } from "./gates.ts";
import { type OwnStack, useOwnStack } from "./own-stack.ts";

export type CrashingStore = OwnStack & {
  /**
   * Does what brings the store to a place between the database, Stripe and itself, kills it there with SIGKILL, and
   * starts it again. Whoever asked gets no answer.
   */
  crash(place: Place, act: () => Promise<unknown>): Promise<void>;
};

const PATIENCE_MS = 30_000;

/** A store of this file's own that dies wherever a test wants it to. */
export function useCrashingStore(): CrashingStore {
  const gates = createGates();
  const stack = useOwnStack(async ({ supabase, stripe }) => ({
    NEXT_PUBLIC_SUPABASE_URL: await gates.before(supabase),
    STRIPE_API_URL: await gates.before(stripe),
  }));
  afterAll(() => gates.close());

  async function crash(place: Place, act: () => Promise<unknown>): Promise<void> {
    const come = gates.shutAt(place).then(() => true);
    const asked = act().then(
      () => "it was answered",
      (error) => String(error),
    );
    const isThere = await Promise.race([come, sleep(PATIENCE_MS, false, { ref: false })]);
    await stack.killStore();
    const said = await asked;
    gates.open();
    await stack.startStore();
    if (!isThere) throw new Error(`The store never came to "${place}": ${said}`);
  }
  return Object.assign(stack, { crash });
}
