"use client";

import { Button } from "@/components/ui/Button";
import { useRecovery } from "./use-recovery";

export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  useRecovery(retry);
  return (
    <div className="message" role="alert">
      <h1>We lost our footing.</h1>
      <p>
        The shop cannot answer right now. What is held for you stays held while its clock runs. This page
        comes back by itself as soon as it can.
      </p>
      <Button onClick={() => retry()}>Try again</Button>
    </div>
  );
}
