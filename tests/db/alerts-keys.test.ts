import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { sqlStateOf } from "./sessions.ts";

// An alert is known by its id: who names one means no other.

const db = useTestDatabase();

test("no two alerts have one id", async () => {
  const id = randomUUID();
  const alert = (kind: string) =>
    sqlStateOf(db.sql`insert into alerts (id, kind, subject) values (${id}, ${kind}, 'typed')`);
  expect(await alert("one")).toBe("none");
  expect(await alert("another")).toBe("23505");
});
