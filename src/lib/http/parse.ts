import type { z } from "zod";
import { ProblemError } from "./problem";

/** A hundred lines of a cart fit many times over. */
const MAX_BODY_BYTES = 64 * 1024;

/** Parses what came from outside; throws `validation_failed` with where it is wrong, in the words of the contract. */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  throw new ProblemError("validation_failed", { errors });
}

/** The query as an object; a name that comes twice is refused, for which of them counts would be a guess. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const query = new URL(request.url).searchParams;
  const names = [...query.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ProblemError("validation_failed", { errors: [{ path: twice, message: "Given twice" }] });
  }
  return parse(schema, Object.fromEntries(query));
}

/** The JSON body, bounded. Throws `unsupported_media_type`, `body_too_large`, `malformed_json` or `validation_failed`. */
export async function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  request: Request,
  maxBytes = MAX_BODY_BYTES,
): Promise<z.output<Schema>> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new ProblemError("unsupported_media_type");
  const text = await readText(request, maxBytes);
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    throw new ProblemError("malformed_json");
  }
  return parse(schema, input);
}

/**
 * The body as text, to the byte where it is UTF-8. Throws `body_too_large`, and `malformed_json` for a body that breaks
 * off: whoever sent it is gone or too slow, which is nothing that went wrong here, and anybody can do it.
 */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  // Content-Length may be missing or wrong, so the bytes are counted as they come.
  if (Number(request.headers.get("content-length")) > maxBytes) throw new ProblemError("body_too_large");
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      // The rest is read too, and dropped: the next request on a connection that was left half read would hang.
      if (size <= maxBytes) chunks.push(chunk);
    }
  } catch {
    throw new ProblemError("malformed_json");
  }
  if (size > maxBytes) throw new ProblemError("body_too_large");
  // With a byte order mark, if it has one: what was signed is to be what is read.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks));
}
