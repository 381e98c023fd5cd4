import { expect, it } from "vitest";
import { DatabaseError, DatabaseUnavailable, toDatabaseError } from "@/lib/supabase/database-error";

it.each<[string, string | undefined, number]>([
  ["no answer came", undefined, 0],
  ["no answer came, and the client says why", "", 0],
  ["the gateway has no database", undefined, 502],
  ["the gateway is overloaded", "PGRST001", 503],
  ["the gateway gave up", undefined, 504],
  ["a lock was not given in time", "55P03", 500],
  ["the statement took too long", "57014", 500],
  ["there are too many connections", "53300", 500],
  ["the server is being shut down", "57P01", 500],
  ["the server crashed", "57P02", 500],
  ["the server is starting", "57P03", 500],
  ["the connection was refused", "08001", 500],
  ["the connection broke", "08006", 400],
])("where %s, the database cannot answer now", (_, code, status) => {
  const error = toDatabaseError({ message: "m", ...(code !== undefined && { code }) }, status);
  expect(error).toBeInstanceOf(DatabaseUnavailable);
});

it.each<[string, string, number]>([
  ["one of our own", "HF001", 400],
  ["a broken constraint", "23514", 400],
  ["a duplicate", "23505", 409],
  ["a deadlock", "40P01", 500],
  ["an unknown table", "42P01", 404],
  ["a missing right", "42501", 403],
  ["a wrong key", "PGRST301", 401],
  ["an unknown function", "PGRST202", 404],
  ["a code that only contains a passing one", "X08006", 500],
  ["a code that goes on after a passing one", "55P030", 500],
  ["no code", "", 500],
])("%s is a bug, and keeps its code", (_, code, status) => {
  const error = toDatabaseError({ message: "m", code }, status);
  expect(error).toBeInstanceOf(DatabaseError);
  expect(error).toMatchObject({ message: "m", code });
});
