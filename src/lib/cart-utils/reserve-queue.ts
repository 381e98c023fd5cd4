import { z } from "zod";
import { InstantSchema } from "@/contracts/common";
import { refuseMismatch } from "../idempotency";
import { callFunction } from "../supabase/call-function";
import type { Json } from "../supabase/database.types";
import { DatabaseUnavailable, isRolledBack } from "../supabase/database-error";
import { IF_IDEMPOTENT, IF_ROLLED_BACK } from "../supabase/repeat";
import { type Blame, Coalescer } from "./coalescer";

/** A request as `reserve_stock` takes it. What else it says beside its lines is passed on as it is. */
export type ReserveRequest = {
  shopperId: string;
  lines: { variantId: string; quantity: number; reservationId?: string }[];
  [more: string]: Json | undefined;
};

/** The database's word on one request; the caller knows the shape that it asked for. */
export type ReserveAnswer = { serverNow: string; answer: unknown };

const BatchSchema = z.object({ serverNow: InstantSchema, answers: z.array(z.unknown()) });

/** A lock that was not given is the queue's own business: it knows who else waits for it, and who does not. */
const ATTEMPTS = { ...IF_ROLLED_BACK, locked: 1 };
const KEYED_ATTEMPTS = { ...IF_IDEMPOTENT, locked: 1 };

/** Two calls of 256 in each of four lanes: what one Node process can parse and answer, and few connections. */
const OPTIONS = { lanes: 4, callsPerLane: 2, largest: 256, mostWaiting: 1_024, patience: 5_000 };

async function call(requests: ReserveRequest[]): Promise<ReserveAnswer[]> {
  const args = { p_requests: requests as Json };
  const isIdempotent = requests.every(({ idempotencyKey }) => idempotencyKey !== undefined);
  const attempts = isIdempotent ? KEYED_ATTEMPTS : ATTEMPTS;
  const { serverNow, answers } = await callFunction("reserve_stock", args, BatchSchema, attempts);
  return answers.map((answer) => ({ serverNow, answer }));
}

function blame(error: unknown): Blame {
  if (!isRolledBack(error)) return "everybody";
  return error instanceof DatabaseUnavailable ? "contended" : "somebody";
}

const keysOf = ({ lines }: ReserveRequest) => lines.map(({ variantId }) => variantId);

type Queue = Coalescer<ReserveRequest, ReserveAnswer>;

/** One queue per process, however often a bundler copies or reloads this module. */
const shared = globalThis as { holdfastReserveQueue?: Queue };

/**
 * Asks `reserve_stock`, together with whoever else asks at the same time. Nothing is sent for a client that hung up
 * while it waited. Throws `Overloaded` where too many wait, and what `callFunction` throws. Idempotent with a key only;
 * one that was used for something else throws `IdempotencyMismatch`.
 */
export async function askToReserve(request: ReserveRequest, signal?: AbortSignal): Promise<ReserveAnswer> {
  shared.holdfastReserveQueue ??= new Coalescer({ ...OPTIONS, call, keysOf, blame });
  const answer = await shared.holdfastReserveQueue.submit(request, signal);
  refuseMismatch(answer.answer);
  return answer;
}
