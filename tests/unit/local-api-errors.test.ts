import { expect, it } from "vitest";
import { asPostgrest } from "../../local/api-errors.ts";

/** As lite says it. */
const failed = (message: string, code = "SUP") =>
  Response.json({ code, message, details: null, hint: null }, { status: 500 });
const marked = (code: string) => failed(`holdfast:${JSON.stringify({ code, message: "m" })}`);

it.each([
  ["40001", 500],
  ["40P01", 500],
  ["57P01", 503],
  ["08006", 503],
  ["23514", 400],
  ["23505", 409],
  ["42501", 403],
  ["P0001", 400],
  ["HF001", 400],
])("an error of SQL keeps its SQLSTATE %s and gets the status %i", async (code, status) => {
  const answer = await asPostgrest(marked(code));
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual({ code, message: "m", details: null, hint: null });
});

it.each([
  ["Error: connect ECONNREFUSED 127.0.0.1:5432", "PGRST000"],
  ["Error: write CONNECT_TIMEOUT 127.0.0.1:5432", "PGRST000"],
  ["Error: write CONNECTION_CLOSED 127.0.0.1:5432", "PGRST001"],
  ["Error: read ECONNRESET", "PGRST001"],
])("%s is a 503 with %s", async (message, code) => {
  const answer = await asPostgrest(failed(message));
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ code });
});

it("anything else goes through as it is", async () => {
  for (const answer of [
    Response.json({ lines: [] }),
    failed("m", "55P03"),
    failed("Error: who knows"),
    new Response("<html>", { status: 500 }),
  ]) {
    expect(await asPostgrest(answer)).toBe(answer);
  }
});
