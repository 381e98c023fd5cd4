import { accountFailureText } from "@/domain/account-wording";
import type { Failure } from "@/domain/refusals";
import { Notice } from "../ui/Notice";

export function AccountNotice({ failure }: { failure: Failure | null }) {
  if (failure === null) return null;
  return <Notice role="alert">{accountFailureText(failure)}</Notice>;
}
