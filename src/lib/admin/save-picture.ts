import { z } from "zod";
import { type SavedPicture, SavedPictureSchema } from "@/contracts/pictures";
import type { AdminResult } from "@/domain/admin-outcomes";
import { type Acting, changeOnce } from "../supabase/change-once";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { refused } from "./refused";

const AnswerSchema = z.discriminatedUnion("outcome", [
  SavedPictureSchema.extend({ outcome: z.literal("saved") }),
  z.object({ outcome: z.enum(["not_a_picture", "too_large"]), serverNow: z.string() }),
]);

/** Keeps a picture, given in base64, and says where the shop serves it. The same file has the same path. */
export async function savePicture(content: string, by: Acting): Promise<AdminResult<SavedPicture>> {
  const args = { p_content: content, p_admin_id: by.adminId };
  const answer = await changeOnce("admin_save_picture", args, AnswerSchema, by, IF_IDEMPOTENT);
  if (answer.outcome !== "saved") {
    return refused(answer.outcome === "too_large" ? "picture_too_large" : "not_a_picture", answer.serverNow);
  }
  return { ok: true, value: { serverNow: answer.serverNow, imagePath: answer.imagePath } };
}
