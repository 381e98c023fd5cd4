"use client";

import { useEffect } from "react";
import { distrustKeptPages, followSession } from "@/contexts/session-change";

/** Keeps what a tab shows and who is signed in together. */
export function SessionGuard({ isUser }: { isUser: boolean }) {
  useEffect(followSession, []);
  useEffect(() => (isUser ? distrustKeptPages() : undefined), [isUser]);
  return null;
}
