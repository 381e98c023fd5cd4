import { z } from "zod";
import type { PictureType } from "@/contracts/pictures";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("found"), content: z.string() }),
  z.object({ outcome: z.literal("not_found") }),
]);

/** A picture that an admin uploaded, byte by byte; `null` where there is none of that hash and type. */
export async function readPicture(hash: string, type: PictureType): Promise<Uint8Array<ArrayBuffer> | null> {
  const args = { p_hash: hash, p_type: type };
  const answer = await callFunction("get_picture", args, AnswerSchema, IF_IDEMPOTENT);
  return answer.outcome === "found" ? Uint8Array.from(Buffer.from(answer.content, "base64")) : null;
}
