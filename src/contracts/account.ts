import { z } from "zod";
import { EmailSchema } from "./common";

/** bcrypt, which the auth service uses, looks at no more than 72 bytes: what lies behind would count for nothing. */
const MAX_PASSWORD_BYTES = 72;
export const MIN_PASSWORD_LENGTH = 8;

const fitsBcrypt = (password: string) => new TextEncoder().encode(password).length <= MAX_PASSWORD_BYTES;
const PasswordSchema = z.string().min(1).refine(fitsBcrypt, "Longer than 72 bytes");

/** `GET /api/session`: who asks. It makes a stranger a guest, so that what follows has an identity. */
export const SessionSchema = z.object({
  kind: z.enum(["guest", "user"]),
  /** `null` for a guest. */
  email: z.string().nullable(),
  isAdmin: z.boolean(),
});
export type Session = z.infer<typeof SessionSchema>;

/** `POST /api/auth/sign-up` */
export const SignUpBodySchema = z.strictObject({
  email: EmailSchema,
  password: z
    .string()
    .min(MIN_PASSWORD_LENGTH, `At least ${MIN_PASSWORD_LENGTH} characters`)
    .refine(fitsBcrypt, "Longer than 72 bytes"),
});
export type SignUpBody = z.infer<typeof SignUpBodySchema>;

/** `POST /api/auth/sign-in` */
export const PasswordBodySchema = z.strictObject({ email: EmailSchema, password: PasswordSchema });

/** `POST /api/auth/code`: asks for a code by e-mail. */
export const CodeBodySchema = z.strictObject({ email: EmailSchema });

/** `POST /api/auth/verify`: signs in with that code, or with the one of a sign-up. */
export const VerifyBodySchema = z.strictObject({
  email: EmailSchema,
  code: z.string().regex(/^\d{6,10}$/, "The code has six to ten digits"),
});

/** Answer (202) wherever a code may have been sent: the same whether there is such an account or not. */
export const CodeAnswerSchema = z.object({ outcome: z.literal("code_sent") });

/** Answer to signing in. `moved` and `merged` count the guest's lines that became the user's. */
export const SignedInSchema = z.object({
  outcome: z.literal("signed_in"),
  session: SessionSchema,
  moved: z.int().min(0),
  merged: z.int().min(0),
});
export type SignedIn = z.infer<typeof SignedInSchema>;

/** A project that asks for no confirmation signs a new user in at once (200); the others send a code (202). */
export const SignUpAnswerSchema = z.discriminatedUnion("outcome", [CodeAnswerSchema, SignedInSchema]);

/** `POST /api/auth/sign-out`; repeating it is fine. */
export const SignedOutSchema = z.object({ outcome: z.literal("signed_out") });

/** `DELETE /api/auth/account` */
export const ErasedSchema = z.object({ outcome: z.literal("erased"), released: z.int().min(0) });
