import { createHmac } from "node:crypto";
import { isIP } from "node:net";
import { type Env, env } from "../env";

/**
 * What a request says of where and how it was asked: for the calls that hold units. `source` stands for the network
 * address and does not give it away; it is missing where no proxy is trusted to say it.
 */
export type Circumstances = { signal?: AbortSignal; source?: string };

export function circumstancesOf(request: Request): Circumstances {
  const source = sourceOf(request.headers, env());
  return { signal: request.signal, ...(source !== undefined && { source }) };
}

type Settings = Pick<Env, "GUEST_COOKIE_SECRET" | "TRUSTED_PROXY_HEADER" | "VERCEL">;

/** The header in which a proxy says the client's address; none where clients could write it themselves. */
export function trustedHeader({
  TRUSTED_PROXY_HEADER: named,
  VERCEL: onVercel,
}: Settings): string | undefined {
  return named || (onVercel === "1" ? "x-vercel-forwarded-for" : undefined);
}

/** Requests that came past the proxy, or whose address nobody can read, are limited together. */
const UNKNOWN = "unknown";

/** A keyed hash of the client's network: nobody can tell the address from it, or list addresses to find out. */
export function sourceOf(headers: Headers, settings: Settings): string | undefined {
  const header = trustedHeader(settings);
  if (header === undefined) return undefined;
  const network = networkOf(headers.get(header) ?? "") ?? UNKNOWN;
  const hash = createHmac("sha256", settings.GUEST_COOKIE_SECRET).update(`source:1:${network}`);
  return hash.digest("base64url").slice(0, 22);
}

/**
 * The whole of an IPv4 address, the first 64 bits of an IPv6 one: a household gets that many to choose from. Of a list
 * the last, which is what the proxy itself saw; a client can write the others. `null` where it is no address.
 */
export function networkOf(forwarded: string): string | null {
  const address = withoutPort(forwarded.split(",").at(-1)?.trim() ?? "");
  if (isIP(address) === 4) return address;
  if (isIP(address) !== 6) return null;
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const [, plain] = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text) ?? [];
  return (bracketed ?? plain ?? text).replace(/%.*$/, "");
}

function groupsOf(address: string): number[] {
  // As the URL standard writes it: lower case, no dotted end, the longest run of zeros left out.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const numbers = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return numbers(head);
  const [first, last] = [numbers(head), numbers(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}
