import { PICTURE_MEDIA_TYPES, PictureNameSchema } from "@/contracts/pictures";
import { readPicture } from "@/lib/catalogue/picture";
import { ProblemError } from "@/lib/http/problem";
import { route } from "@/lib/http/route";

/** A year, the longest that caches heed: under one name there is never another picture. */
const FOR_GOOD = "public, max-age=31536000, s-maxage=31536000, immutable";

/**
 * A picture that an admin uploaded, for everybody. With a query there is none: caches keep one copy for each address, so
 * whoever makes addresses up would be served by the database each time.
 */
export const GET = route<RouteContext<"/pictures/[name]">>(async (request, { params }) => {
  const name = PictureNameSchema.safeParse((await params).name);
  const isPlain = new URL(request.url).search === "";
  const picture = name.success && isPlain ? await readPicture(name.data.hash, name.data.type) : null;
  if (!name.success || picture === null) throw new ProblemError("route_not_found");
  return new Response(picture, {
    headers: { "Content-Type": PICTURE_MEDIA_TYPES[name.data.type], "Cache-Control": FOR_GOOD },
  });
});
