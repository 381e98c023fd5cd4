import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { PictureType } from "@/contracts/pictures";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("found"), content: z.string() }),
  z.object({ outcome: z.literal("not_found") }),
]);

type Wanted = { hash: string; type: PictureType };

/** Of a process, in bytes: the pictures of a hundred products, or sixteen of the largest. */
const MEMORY_BYTES = 32 * 1024 * 1024;

/**
 * What was asked for last. Under one name there is never another picture, so none of it grows old; that there is none
 * is not kept, for it may be uploaded at any time.
 */
const kept = new LRUCache<string, Uint8Array<ArrayBuffer>, Wanted>({
  maxSize: MEMORY_BYTES,
  sizeCalculation: (picture) => picture.byteLength,
  fetchMethod: (_name, _stale, { context }) => loadPicture(context),
  // Whoever waits gets it, also where there was no room left to keep it.
  ignoreFetchAbort: true,
});

/**
 * A picture that an admin uploaded, byte by byte; `null` where there is none of that hash and type. A crowd that asks
 * for one costs the database one read for each process.
 */
export async function readPicture(hash: string, type: PictureType): Promise<Uint8Array<ArrayBuffer> | null> {
  return (await kept.fetch(`${hash}.${type}`, { context: { hash, type } })) ?? null;
}

async function loadPicture({ hash, type }: Wanted): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const args = { p_hash: hash, p_type: type };
  const answer = await callFunction("get_picture", args, AnswerSchema, IF_IDEMPOTENT);
  return answer.outcome === "found" ? Uint8Array.from(Buffer.from(answer.content, "base64")) : undefined;
}
