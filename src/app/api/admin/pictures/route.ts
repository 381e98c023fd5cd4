import { MAX_PICTURE_BODY_BYTES, PictureBodySchema } from "@/contracts/pictures";
import { savePicture } from "@/lib/admin/save-picture";
import { requireAdmin } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Takes a picture of a product. */
export const POST = route(async (request) => {
  const { id: adminId } = await requireAdmin(request);
  const { content } = await parseBody(PictureBodySchema, request, MAX_PICTURE_BODY_BYTES);
  const by = { adminId, key: requestKeyOf(request, content) };
  return personal(valueOrProblem(await savePicture(content, by)), { status: 201 });
});
