"use client";

import { Button } from "@/components/ui/Button";

export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  return (
    <div className="message">
      <h1>We lost our footing.</h1>
      <p>Something on our side did not work. What is held for you stays held while its clock runs.</p>
      <Button onClick={() => retry()}>Try again</Button>
    </div>
  );
}
