"use client";

import { Button } from "@/components/ui/Button";
import { useRecovery } from "./use-recovery";
import "./globals.css";

/** Takes the place of the layout itself, so it brings its own page. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  useRecovery(retry);
  return (
    <html lang="en">
      <body>
        <title>Something went wrong – Holdfast</title>
        <main className="message">
          <h1>The shop is shut for a moment.</h1>
          <p>
            Something on our side did not work. What is held for you stays held while its clock runs. This
            page comes back by itself as soon as it can.
          </p>
          <Button onClick={() => retry()}>Try again</Button>
        </main>
      </body>
    </html>
  );
}
