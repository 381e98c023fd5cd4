/**
 * `fetch` for the Supabase clients: a connection that could not be made or that broke is answered as a 503 with its
 * code (ECONNREFUSED, ECONNRESET …), because the clients keep the text of what fetch throws and drop the code.
 */
export async function fetchWithCodes(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return Response.json({ code, message: String(error) }, { status: 503 });
  }
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}
