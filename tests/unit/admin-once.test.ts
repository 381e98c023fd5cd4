import { beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { createOnce, type Once } from "@/contexts/admin-once";
import { NOON } from "./cart-fixtures";
import { FakeServer } from "./fake-server";
import { FakeTime } from "./fake-time";

const PATH = "/api/admin/stock/adjust";
const AnswerSchema = z.object({ onHand: z.int() });
let server: FakeServer;
let time: FakeTime;
let once: Once;
beforeEach(() => {
  server = new FakeServer();
  time = new FakeTime(NOON);
  once = createOnce(server.fetch, { time, random: () => 0.5 });
});

const wish = (delta = 1) => once("POST", PATH, { delta }, AnswerSchema);
const keys = () => server.calls.map(({ key }) => key);
const answered = () => server.last("POST").respond({ onHand: 8 });

it("is sent again by itself with its key while nobody answers", async () => {
  const done = wish();
  await server.last("POST").lose();
  await time.advance(500);
  await server.last("POST").turnAway(1);
  await time.advance(1_000);
  await answered();
  expect(await done).toEqual({ ok: true, value: { onHand: 8 } });
  expect(server.calls).toHaveLength(3);
  expect(new Set(keys()).size).toBe(1);
});

it("has the same key when somebody presses twice, and once more after nobody answered", async () => {
  const first = wish();
  void wish();
  for (let tries = 0; tries < 12; tries++) {
    for (const call of server.calls) await call.lose();
    await time.advance(10_000);
  }
  expect(await first).toEqual({ ok: false, failure: { kind: "unreachable" } });
  const sent = server.calls.length;
  void wish();
  expect(server.calls).toHaveLength(sent + 1);
  expect(new Set(keys()).size).toBe(1);
});

it("is a new wish after an answer, good or bad, and when it is another", async () => {
  void wish();
  await answered();
  void wish();
  await server.last("POST").refuse("units_held");
  void wish();
  void wish(2);
  expect(server.calls).toHaveLength(4);
  expect(new Set(keys()).size).toBe(4);
});

it("says what the shop refused, in the shop's words", async () => {
  const refused = wish();
  await server.last("POST").refuse("units_held", { missing: 2 });
  expect(await refused).toMatchObject({ ok: false, problem: { code: "units_held", missing: 2 } });
});
