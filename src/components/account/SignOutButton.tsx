"use client";

import { accountApi } from "@/contexts/account-api";
import { changeSession } from "@/contexts/session-change";
import { Button } from "../ui/Button";
import { AccountNotice } from "./AccountNotice";
import { useAccountAction } from "./use-account-action";

export function SignOutButton() {
  const { pending, failure, run } = useAccountAction();
  return (
    <>
      <Button
        look="secondary"
        pending={pending}
        onClick={() => void run(accountApi.signOut, () => changeSession("/"))}
      >
        Sign out
      </Button>
      <AccountNotice failure={failure} />
    </>
  );
}
