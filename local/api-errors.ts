import { AsyncLocalStorage } from "node:async_hooks";
import postgres from "postgres";

// Lite answers most errors of the database as a 500 with the code "SUP" and the error as a sentence, and loses its
// SQLSTATE. Hosted Supabase (PostgREST) gives the SQLSTATE and a status that follows from it; so does the stand-in.

type Failure = { code: string; message: string };

const MARK = "holdfast:";

/** From now on the sentence carries what `asPostgrest` needs to know. */
export function keepSqlStates(): void {
  postgres.PostgresError.prototype.toString = function (this: postgres.PostgresError) {
    return MARK + JSON.stringify({ code: this.code, message: this.message });
  };
}

/** The statuses of https://docs.postgrest.org/en/v13/references/errors.html, the first that fits. */
const statuses: [RegExp, number][] = [
  [/^(08|53|57P01)/, 503],
  [/^(40|55|57|58|XX)/, 500],
  [/^(23503|23505)/, 409],
  [/^42501/, 403],
];

/** An answer of lite as PostgREST would have given it. */
export async function asPostgrest(answer: Response): Promise<Response> {
  if (answer.status !== 500) return answer;
  const body = (await answer
    .clone()
    .json()
    .catch(() => null)) as Failure | null;
  if (body?.code !== "SUP") return answer;
  if (body.message.startsWith(MARK)) {
    const failure = JSON.parse(body.message.slice(MARK.length)) as Failure;
    const status = statuses.find(([states]) => states.test(failure.code))?.[1] ?? 400;
    return Response.json({ ...failure, details: null, hint: null }, { status });
  }
  const code = codeOfLostConnection(body.message);
  return code === undefined ? answer : Response.json({ ...body, code }, { status: 503 });
}

/** PGRST000: no connection could be made, so nothing happened. PGRST001: it broke, so nobody knows. */
function codeOfLostConnection(message: string): "PGRST000" | "PGRST001" | undefined {
  if (/ECONNREFUSED|CONNECT_TIMEOUT/.test(message)) return "PGRST000";
  return /CONNECTION_(CLOSED|ENDED|DESTROYED)|ECONNRESET|EPIPE/.test(message) ? "PGRST001" : undefined;
}

const lost = () =>
  Response.json(
    { code: "PGRST001", message: "the connection broke", details: null, hint: null },
    { status: 503 },
  );

const answerOf = new AsyncLocalStorage<(answer: Response) => void>();
const underWay = new Set<(answer: Response) => void>();

/**
 * The driver throws where nobody can catch it when it writes to a connection that broke (`socket.write` of null), and
 * the request that wanted to write never ends. It is answered here; anything else ends the process as always.
 */
export function surviveBrokenConnections(): void {
  process.on("uncaughtException", (error) => {
    console.error(error);
    const isOfDriver = error instanceof TypeError && /postgres[\\/].*connection\.js/.test(error.stack ?? "");
    if (!isOfDriver) process.exit(1);
    const answer = answerOf.getStore();
    for (const each of answer ? [answer] : underWay) each(lost());
  });
}

/** Answers as `serve` does, or that the connection broke, if it did and `serve` did not notice. */
export function withBrokenConnections(serve: () => Promise<Response>): Promise<Response> {
  return new Promise((resolve, reject) => {
    underWay.add(resolve);
    const done = () => underWay.delete(resolve);
    answerOf.run(resolve, () => serve().then(resolve, reject).finally(done));
  });
}
