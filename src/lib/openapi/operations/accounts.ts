import {
  CodeAnswerSchema,
  CodeBodySchema,
  ErasedSchema,
  PasswordBodySchema,
  SessionSchema,
  SignedInSchema,
  SignedOutSchema,
  SignUpAnswerSchema,
  SignUpBodySchema,
  VerifyBodySchema,
} from "@/contracts/account";
import { ALWAYS, CHANGE, CHANGE_WITH_BODY, type Operation, PAYING } from "../operation";

const common = { tag: "Accounts", caller: "shopper", cache: "personal" } as const;

const email = "ada@example.com";
const password = "a password of hers";
const session = { kind: "user", email, isAdmin: false };

const codeSent = {
  description: "If there is such an account, a code is on its way.",
  schema: CodeAnswerSchema,
  examples: { sent: { outcome: "code_sent" } },
};
const signedIn = {
  description: "The session's cookies, and what became of the guest's holds.",
  schema: SignedInSchema,
  examples: { ada: { outcome: "signed_in", session, moved: 2, merged: 1 } },
};
const takesOver = "What the guest held becomes the user's, and the guest cookie another guest's.";
const signInProblems = [
  ...CHANGE_WITH_BODY,
  "sign_in_refused",
  "too_many_attempts",
  "payment_open",
  ...PAYING,
] as const satisfies Operation["problems"];

export const accounts: Operation[] = [
  {
    ...common,
    id: "getSession",
    method: "get",
    path: "/api/session",
    summary: "Who asks",
    description:
      "A stranger becomes a guest: the answer sets the cookie. Ask it before the first change, so that a change that has to be repeated finds the same shopper.",
    answers: {
      200: {
        description: "The signed-in user, or a guest.",
        schema: SessionSchema,
        examples: { user: session, guest: { kind: "guest", email: null, isAdmin: false } },
      },
    },
    problems: [...ALWAYS, "auth_unavailable"],
  },
  {
    ...common,
    id: "signUp",
    method: "post",
    path: "/api/auth/sign-up",
    summary: "Makes an account",
    description: `Sends the code that confirms the address. The answer is the same for an address that has an account. ${takesOver}`,
    body: { schema: SignUpBodySchema, examples: { ada: { email, password } } },
    answers: {
      202: codeSent,
      200: { ...signedIn, description: "The project asks for no confirmation.", schema: SignUpAnswerSchema },
    },
    problems: [...signInProblems, "weak_password", "sign_up_closed"],
  },
  {
    ...common,
    id: "signIn",
    method: "post",
    path: "/api/auth/sign-in",
    summary: "Signs in with a password",
    description: `${takesOver} Whoever is refused is not told why. Ten attempts in 15 minutes for one address.`,
    body: { schema: PasswordBodySchema, examples: { ada: { email, password } } },
    answers: { 200: signedIn },
    problems: signInProblems,
  },
  {
    ...common,
    id: "requestCode",
    method: "post",
    path: "/api/auth/code",
    summary: "Sends a code to sign in with",
    body: { schema: CodeBodySchema, examples: { ada: { email } } },
    answers: { 202: codeSent },
    problems: [...CHANGE_WITH_BODY, "too_many_attempts"],
  },
  {
    ...common,
    id: "verifyCode",
    method: "post",
    path: "/api/auth/verify",
    summary: "Signs in with a code that came by e-mail",
    description: `Also with the code of a sign-up, which confirms the address. ${takesOver}`,
    body: { schema: VerifyBodySchema, examples: { ada: { email, code: "123456" } } },
    answers: { 200: signedIn },
    problems: signInProblems,
  },
  {
    ...common,
    id: "signOut",
    method: "post",
    path: "/api/auth/sign-out",
    summary: "Ends this browser's session",
    description: "Leaves nothing of the user's in the browser. Repeating it is fine.",
    answers: {
      200: {
        description: "The browser is a guest's whom nobody has met.",
        schema: SignedOutSchema,
        examples: { out: { outcome: "signed_out" } },
      },
    },
    problems: [...ALWAYS, "foreign_origin"],
  },
  {
    ...common,
    caller: "user",
    id: "eraseAccount",
    method: "delete",
    path: "/api/auth/account",
    summary: "Erases the account, for good",
    description:
      "Ends every session and gives all holds back; what was bought stays, without a name. Takes a session that is at most 15 minutes old.",
    answers: {
      200: {
        description: "How many holds were given back.",
        schema: ErasedSchema,
        examples: { erased: { outcome: "erased", released: 2 } },
      },
    },
    problems: [...CHANGE, "sign_in_required", "sign_in_again", "payment_open", ...PAYING],
  },
];
