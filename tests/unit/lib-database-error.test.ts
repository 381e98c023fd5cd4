import { expect, it } from "vitest";
import {
  DatabaseError,
  DatabaseUnavailable,
  isRolledBack,
  toDatabaseError,
  type Unavailability,
} from "@/lib/supabase/database-error";

const errorOf = (code: string | undefined, status: number) =>
  toDatabaseError({ message: "m", ...(code !== undefined && { code }) }, status);

it.each<[string, string | undefined, number, Unavailability]>([
  ["no answer came", undefined, 0, "down"],
  ["no answer came, and the client says why", "", 0, "down"],
  ["nobody listens there", "ECONNREFUSED", 503, "down"],
  ["the connection broke under way", "ECONNRESET", 503, "lost"],
  ["the other side closed it", "UND_ERR_SOCKET", 503, "lost"],
  ["the gateway is broken", undefined, 502, "down"],
  ["the gateway is overloaded", undefined, 503, "down"],
  ["the gateway gave up", undefined, 504, "down"],
  ["the gateway cannot connect", "PGRST000", 503, "down"],
  ["the gateway lost its connection", "PGRST001", 503, "lost"],
  ["the gateway's pool is empty", "PGRST003", 504, "down"],
  ["two want the same", "40001", 500, "contended"],
  ["two wait for each other", "40P01", 500, "contended"],
  ["a lock was not given in time", "55P03", 500, "locked"],
  ["the statement took too long", "57014", 500, "down"],
  ["there are too many connections", "53300", 500, "down"],
  ["the server is being shut down", "57P01", 500, "lost"],
  ["the server crashed", "57P02", 500, "lost"],
  ["the server is starting", "57P03", 500, "down"],
  ["the connection was refused", "08001", 500, "lost"],
  ["the connection broke", "08006", 400, "lost"],
])("where %s, the database cannot answer now", (_, code, status, why) => {
  const error = errorOf(code, status);
  expect(error).toBeInstanceOf(DatabaseUnavailable);
  expect(error).toMatchObject({ why, code: code ?? "" });
});

it.each<[string, string, number]>([
  ["one of our own", "HF001", 400],
  ["a broken constraint", "23514", 400],
  ["a duplicate", "23505", 409],
  ["an unknown table", "42P01", 404],
  ["a missing right", "42501", 403],
  ["a wrong key", "PGRST301", 401],
  ["an unknown function", "PGRST202", 404],
  ["a code that only contains a passing one", "X08006", 500],
  ["a code that goes on after a passing one", "55P030", 500],
  ["no code", "", 500],
])("%s is a bug, and keeps its code", (_, code, status) => {
  const error = errorOf(code, status);
  expect(error).toBeInstanceOf(DatabaseError);
  expect(error).toMatchObject({ message: "m", code });
});

it.each<[string | undefined, number, boolean]>([
  ["40001", 500, true],
  ["40P01", 500, true],
  ["55P03", 500, true],
  ["23514", 400, true],
  ["HF001", 400, true],
  ["57P01", 503, false],
  ["08006", 503, false],
  ["PGRST001", 503, false],
  ["ECONNRESET", 503, false],
  ["SUP", 500, false],
  [undefined, 500, false],
  [undefined, 0, false],
])("%s with the status %i: certainly rolled back is %s", (code, status, expected) => {
  expect(isRolledBack(errorOf(code, status))).toBe(expected);
});

it("what is no error of the database was not rolled back by it", () => {
  expect(isRolledBack(new Error("an answer of another shape"))).toBe(false);
});
