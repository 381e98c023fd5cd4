import { forgetDetails } from "./typed-details";

const CHANNEL = "holdfast-session";

/**
 * Somebody else is at this browser now. Every page of it is loaded anew, this one at `path`: nothing of who was here
 * before stays in memory, and nothing that a page kept for later is shown again.
 */
export function changeSession(path: string): void {
  forgetDetails();
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
  window.location.replace(path);
}

/** Loads this page anew when another tab changed the session. Answers with the way to stop. */
export function followSession(): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", () => {
    forgetDetails();
    window.location.reload();
  });
  return () => channel.close();
}

/** A page that the browser kept and shows again with "back" may be of a user who has left. */
export function distrustKeptPages(): () => void {
  const shown = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    document.documentElement.hidden = true;
    window.location.reload();
  };
  window.addEventListener("pageshow", shown);
  return () => window.removeEventListener("pageshow", shown);
}
