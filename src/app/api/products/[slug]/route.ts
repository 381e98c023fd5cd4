import { findProduct } from "@/lib/catalogue";
import { ProblemError } from "@/lib/http/problem";
import { route, shared } from "@/lib/http/route";

export const GET = route<RouteContext<"/api/products/[slug]">>(async (_request, { params }) => {
  const { slug } = await params;
  const answer = await findProduct(slug);
  if (!answer) throw new ProblemError("product_not_found");
  return shared(answer);
});
