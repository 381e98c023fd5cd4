import { createServer } from "node:net";
import { Problem } from "./problem.ts";

/** True when nothing listens on the port, on any address that a browser on this machine would try. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ["127.0.0.1", "::"]) {
    const error = await tryListen(port, host);
    if (error === "EADDRINUSE" || error === "EACCES") return false;
  }
  return true;
}

/** A port that the system says is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** The wanted port, or the next free one above it, so that two clones can run side by side. */
export async function portNear(wanted: number, isPortFree = isFree): Promise<number> {
  for (let port = wanted; port < wanted + 20; port++) if (await isPortFree(port)) return port;
  return freePort();
}

/** A port somebody asked for by name (`PORT=8080 npm run dev`): that one or a sentence, never another. */
export async function exactPort(value: string, isPortFree = isFree): Promise<number> {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Problem(`PORT is "${value}": set it to a number from 1 to 65535, or leave it out.`);
  }
  if (await isPortFree(port)) return port;
  throw new Problem(`Port ${port} is taken: stop what listens there, or set PORT to another number.`);
}

function tryListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
