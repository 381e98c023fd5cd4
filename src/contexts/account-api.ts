import type { z } from "zod";
import {
  CodeAnswerSchema,
  ErasedSchema,
  SignedInSchema,
  SignedOutSchema,
  SignUpAnswerSchema,
} from "@/contracts/account";
import { browserFetch } from "./browser-fetch";
import { type Answer, request } from "./cart-api";

const post = <Value>(
  path: string,
  body: object | undefined,
  schema: z.ZodType<Value>,
): Promise<Answer<Value>> =>
  request(
    browserFetch,
    `/api/auth/${path}`,
    {
      method: "POST",
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    },
    schema,
  );

/** The browser's side of the account routes. */
export const accountApi = {
  signUp: (email: string, password: string) => post("sign-up", { email, password }, SignUpAnswerSchema),
  signIn: (email: string, password: string) => post("sign-in", { email, password }, SignedInSchema),
  requestCode: (email: string) => post("code", { email }, CodeAnswerSchema),
  verifyCode: (email: string, code: string) => post("verify", { email, code }, SignedInSchema),
  signOut: () => post("sign-out", undefined, SignedOutSchema),
  erase: () => request(browserFetch, "/api/auth/account", { method: "DELETE" }, ErasedSchema),
};
