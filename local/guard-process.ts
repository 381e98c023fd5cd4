import { rmSync } from "node:fs";
import type { Watched } from "./guard.ts";
import { endProcess } from "./processes.ts";

// The other side of guard.ts. The channel closes when the owner ends, however it ends.
const watched: Watched[] = [];
let dismissed = false;

process.on("message", (message: Watched | "dismissed") => {
  if (message === "dismissed") dismissed = true;
  else watched.unshift(message);
  if (dismissed) process.exit(0);
});

process.on("disconnect", async () => {
  for (const item of watched) {
    if (item.kind === "process") await endProcess(item.pid, item.signals, item.group);
    else rmSync(item.path, { recursive: true, force: true });
  }
  process.exit(0);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
