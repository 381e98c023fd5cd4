import type { Metadata } from "next";
import Link from "next/link";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <div className="message">
      <h1>The tide has taken this page.</h1>
      <p>It may have moved, or it was never here. The pieces are still where they were.</p>
      <Link href="/">Back to the shop</Link>
    </div>
  );
}
