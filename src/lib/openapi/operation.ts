import type { z } from "zod";
import { IdempotencyHeadersSchema } from "@/contracts/common";
import type { ProblemCode } from "../http/problem-codes";

/** Who may ask. `shopper`: whoever the cookies say, a stranger too. */
export type Caller = "anyone" | "shopper" | "user" | "admin" | "cron" | "admin_or_cron" | "stripe";

export type Examples = Record<string, unknown>;

/** A good answer: what it is, of which shape, and what it looks like. */
export type GoodAnswer = { description: string; schema: z.ZodType; examples: Examples };

/**
 * One method of one route: the only description of it. The OpenAPI document, the page for people and the rules by
 * which the tests judge every answer are made of these.
 */
export type Operation = {
  /** Stable: generated clients call their functions so. */
  id: string;
  method: "get" | "post" | "put" | "delete";
  /** As OpenAPI writes it, `{slug}` for what varies. */
  path: `/api/${string}`;
  tag: Tag;
  summary: string;
  description?: string;
  caller: Caller;
  /** `shared`: one answer for everybody, which a cache may keep for a second. */
  cache: "shared" | "personal";
  params?: { path?: z.ZodObject; query?: z.ZodObject; header?: z.ZodObject };
  body?: { schema: z.ZodType; examples: Examples };
  answers: Readonly<Record<number, GoodAnswer>>;
  problems: readonly ProblemCode[];
};

export const TAGS = {
  Catalogue: "What the shop sells and how much of it is free. For everybody.",
  Holds: "The shopper's cart: units that are kept for a while. Known by a cookie that the first hold brings.",
  Checkout: "Paying for a cart, on Stripe's page, and the way back from there.",
  Orders: "What was bought. For the shopper who bought it, or whoever has its link.",
  Accounts: "Signing up, in and out. The session is a cookie that no script can read.",
  Housekeeping: "For those who operate the shop.",
  Admin: "What the admin pages work with. For signed-in admins.",
} as const;
export type Tag = keyof typeof TAGS;

/** What any route may come to. */
export const ALWAYS = ["internal_error"] as const satisfies ProblemCode[];
/** What asks the database may meet it down. */
export const DATABASE = [...ALWAYS, "database_unavailable"] as const satisfies ProblemCode[];
/** What knows its shopper may meet the auth service down. */
export const SHOPPER = [...DATABASE, "auth_unavailable"] as const satisfies ProblemCode[];
/** A change that cookies authorize is refused to other sites. */
export const CHANGE = [...SHOPPER, "foreign_origin"] as const satisfies ProblemCode[];
/** What admins alone may read. */
export const ADMIN = [...SHOPPER, "sign_in_required", "admin_only"] as const satisfies ProblemCode[];
/** What asks Stripe may meet it down. */
export const PAYING = ["payment_unavailable"] as const satisfies ProblemCode[];
/** A change is done once for a key. */
export const KEY = IdempotencyHeadersSchema.extend({
  "Idempotency-Key": IdempotencyHeadersSchema.shape["Idempotency-Key"].meta({
    description:
      "A new one for each thing that somebody does, the same for each time it is sent. What changed something is answered again to the same key for 24 hours, with a fresh `serverNow`; with another body or query it is `idempotency_mismatch`. A refusal keeps nothing. Keys of two people never meet. Of use to an admin, and to a shopper whose cookie is sent; `GET /api/session` brings one.",
    example: "0e0c7a5e-3a0a-4d1f-9d2b-6a5b8f1c2d3e",
  }),
});

/** A change with a body. */
export const CHANGE_WITH_BODY = [
  ...CHANGE,
  "validation_failed",
  "malformed_json",
  "body_too_large",
  "unsupported_media_type",
] as const satisfies ProblemCode[];

/** What admins alone may change. */
export const ADMIN_CHANGE = [
  ...CHANGE_WITH_BODY,
  "sign_in_required",
  "admin_only",
  "idempotency_mismatch",
] as const satisfies ProblemCode[];
