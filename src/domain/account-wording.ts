import type { Failure } from "./refusals";

/** What an account form says when something did not happen. */
export function accountFailureText(failure: Failure): string {
  if (failure.kind === "unreachable") return "The shop did not answer. Check your connection and try again.";
  if (failure.kind === "unexpected") return "Something went wrong on our side. Try again in a moment.";
  switch (failure.code) {
    case "sign_in_refused":
      return "That did not match. Check it and try again, or let us send you a code by e-mail.";
    case "too_many_attempts":
      return "That was tried often. Wait a quarter of an hour and try again.";
    case "payment_open":
      return "A payment is open. Finish or leave it first.";
    case "weak_password":
      return "This password is too easy to guess. Choose a longer one.";
    case "sign_up_closed":
      return "The shop takes no new accounts right now.";
    case "sign_in_required":
      return "You are signed out. Sign in again.";
    case "sign_in_again":
      return "To be sure that it is you, sign out and in again first.";
    case "validation_failed":
      return "Check the e-mail address, and use 8 characters or more for the password (72 at most).";
    case "auth_unavailable":
    case "database_unavailable":
    case "server_busy":
      return "The shop cannot look that up right now. Try again in a moment.";
    default:
      return "That did not work. Try again.";
  }
}
