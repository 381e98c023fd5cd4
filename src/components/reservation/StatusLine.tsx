"use client";

import { useState } from "react";
import { useAnnouncement } from "@/contexts/CartContext";

/** The one voice of the holds on a page. What was said before it appeared is not said again. */
export function StatusLine() {
  const announcement = useAnnouncement();
  const [old] = useState(announcement.id);
  return (
    <div role="status" className="visually-hidden">
      {announcement.id !== old && <p key={announcement.id}>{announcement.text}</p>}
    </div>
  );
}
