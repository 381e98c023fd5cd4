import type { z } from "zod";
import { ProblemSchema } from "@/contracts/problem";
import type { GoodAnswer, Operation } from "@/lib/openapi/operation";
import { operations } from "@/lib/openapi/operations";
import { documentFaults, findDocumented } from "./openapi.ts";

/** An answer of the store, with what it answers. */
export type Answer = {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  text: string;
  /** `undefined` where the text is not JSON. */
  body: unknown;
};

/** What no answer may ever carry. */
export type Confidential = {
  /** Keys and passwords. */
  secrets: readonly string[];
  /** Everybody who was seen, as the database knows them. */
  shopperIds: readonly string[];
};

/** Every code of docs/error-codes.md with its status. */
export type DocumentedCodes = ReadonlyMap<string, number>;

const PERSONAL = "private, no-store";
/** What @supabase/ssr asks for where it sets the cookies of a session. */
const OF_A_SESSION = "private, no-cache, no-store, must-revalidate, max-age=0";
const SHARED = "public, max-age=0, s-maxage=1";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Words of the machinery: SQL, stacks, paths, addresses. A shop's answer has no use for any of them. */
const innards =
  /postgres|supabase|sqlstate|\bHF\d{3}\b|\bpgrst|econnrefused|fetch failed|127\.0\.0\.1|\bat (?:async )?[\w.<>]+ \(|at Object|node_modules|\/src\/|zoderror|relation "|select .* from /i;

/**
 * Everything that is wrong with an answer, in sentences; none where it keeps every rule of design, section 5, and is
 * what the OpenAPI document says.
 */
export function faultsOf(answer: Answer, codes: DocumentedCodes, confidential: Confidential): string[] {
  const one = findDocumented(answer.method, answer.path);
  const operation = operations.find(({ id }) => id === one?.operation.operationId);
  const good = operation?.answers[answer.status];
  return [
    ...(operation && good ? successFaults(answer, operation, good) : problemFaults(answer, codes)),
    ...(one ? documentFaults(one, answer) : []),
    ...headerFaults(answer),
    // The document's examples are of no shop and of no time.
    ...(one?.path === "/api/openapi.json" ? [] : timeFaults(answer.body)),
    // Whoever operates the shop has to be told whose hold has drifted.
    ...leaks(answer, operation?.caller === "admin" ? { ...confidential, shopperIds: [] } : confidential),
  ];
}

function successFaults({ headers, body }: Answer, { cache }: Operation, { schema }: GoodAnswer): string[] {
  const isShared = cache === "shared";
  return [
    ...unless(headers.get("content-type") === "application/json", "its Content-Type is not application/json"),
    ...unless(
      rightCaching(headers, isShared).includes(headers.get("cache-control") ?? ""),
      `its Cache-Control is ${headers.get("cache-control")}`,
    ),
    ...schemaFaults(schema, body),
    ...unless(!(isShared && headers.has("set-cookie")), "it is shared, and sets a cookie"),
  ];
}

function rightCaching(headers: Headers, isShared = false): string[] {
  if (isShared) return [SHARED];
  const ofSession = headers.getSetCookie().filter((cookie) => cookie.startsWith("holdfast_session"));
  if (ofSession.length === 0) return [PERSONAL];
  // The store itself may take a session away; only @supabase/ssr gives one.
  return ofSession.some((cookie) => !/Max-Age=0/.test(cookie)) ? [OF_A_SESSION] : [OF_A_SESSION, PERSONAL];
}

function problemFaults({ status, headers, body }: Answer, codes: DocumentedCodes): string[] {
  const { code, status: said, requestId, type } = (body ?? {}) as Record<string, unknown>;
  return [
    ...unless(status >= 400, "it is neither in the contract of its route nor an error"),
    ...unless(
      headers.get("content-type") === "application/problem+json",
      "its Content-Type is not application/problem+json",
    ),
    ...unless(headers.get("cache-control") === PERSONAL, "a cache may keep it"),
    ...schemaFaults(ProblemSchema, body),
    ...unless(
      codes.get(String(code)) === status,
      `docs/error-codes.md does not list ${code} with the status ${status}`,
    ),
    ...unless(said === status, "the status in the body is another one"),
    ...unless(type === `urn:holdfast:problem:${code}`, "its type does not name its code"),
    ...unless(requestId === headers.get("x-request-id"), "its requestId is not that of the header"),
    ...unless(
      (status === 503 || status === 429) === headers.has("retry-after"),
      "Retry-After belongs to 503 and 429, and only there",
    ),
    ...unless(
      (code === "cron_secret_required") === headers.has("www-authenticate"),
      "WWW-Authenticate belongs to where a bearer is wanted, and only there",
    ),
    ...unless(!headers.has("set-cookie"), "an error sets a cookie"),
  ];
}

function headerFaults({ headers }: Answer): string[] {
  return [
    ...unless(UUID.test(headers.get("x-request-id") ?? ""), "it has no X-Request-Id"),
    ...unless(headers.get("x-content-type-options") === "nosniff", "a browser may guess its type"),
  ];
}

/** The body is what its contract says, and nothing besides: what is not in the contract was not meant to go out. */
function schemaFaults(schema: z.ZodType, body: unknown): string[] {
  const parsed = schema.safeParse(body);
  if (!parsed.success) return [`it breaks its contract: ${parsed.error.message}`];
  const isWhole = JSON.stringify(sorted(parsed.data)) === JSON.stringify(sorted(body));
  return unless(isWhole, "it carries fields that its contract does not have");
}

/** An instant that counts down is worth nothing without the clock that it belongs to. */
function timeFaults(body: unknown): string[] {
  const { serverNow } = (body ?? {}) as { serverNow?: unknown };
  const now = typeof serverNow === "string" ? Date.parse(serverNow) : Number.NaN;
  const holds = [...objectsIn(body)].filter((object) => "maxExpiresAt" in object);
  const releases = [...objectsIn(body)].filter((object) => typeof object.nextReleaseAt === "string");
  return [
    ...unless(holds.length + releases.length === 0 || now > 0, "it has an end of a hold, but no serverNow"),
    ...holds.flatMap(({ expiresAt, maxExpiresAt, status }) => [
      ...unless(
        status !== "active" || Date.parse(String(expiresAt)) > now,
        "it shows a lapsed hold as a live one",
      ),
      ...unless(
        Date.parse(String(expiresAt)) <= Date.parse(String(maxExpiresAt)),
        "a hold ends after its maximum",
      ),
    ]),
    ...releases.flatMap(({ nextReleaseAt }) =>
      unless(Date.parse(String(nextReleaseAt)) > now, "it announces a release that is past"),
    ),
  ];
}

function leaks({ text, headers }: Answer, { secrets, shopperIds }: Confidential): string[] {
  // Where the stand-in for Stripe takes money is where a shopper is to be sent.
  const plain = text.replaceAll("\\", "").replaceAll(/"url":"http:\/\/127\.0\.0\.1:\d+\/c\/pay\//g, "");
  const all = `${text}\n${[...headers].map((pair) => pair.join(": ")).join("\n")}`;
  return [
    ...unless(!secrets.some((secret) => all.includes(secret)), "it carries a secret"),
    ...unless(!innards.test(plain), `it tells of the machinery: ${innards.exec(plain)?.[0]}`),
    ...unless(
      !shopperIds.some((id) => text.includes(id) || text.includes(id.replaceAll("-", ""))),
      "its body carries a shopper's id",
    ),
  ];
}

function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

const unless = (isFine: boolean, fault: string): string[] => (isFine ? [] : [fault]);
