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

/** Sent three times within 20 seconds, and given up; half a minute passes. Answers the key. */
async function sentInVain() {
  const done = wish();
  for (let tries = 0; tries < 3; tries++) {
    await server.last("POST").lose();
    await time.advance(10_000);
  }
  expect(await done).toEqual({ ok: false, failure: { kind: "unreachable" } });
  return keys().at(-1);
}

it.each<[string, () => Promise<void> | void]>([
  ["five minutes", () => time.advance(5 * 60_000)],
  ["an hour in which the laptop slept", () => time.sleep(60 * 60_000)],
  [
    "five minutes in which the clock was set back",
    () => {
      time.sleep(-60 * 60_000);
      return time.advance(5 * 60_000);
    },
  ],
])("is a new wish after %s without an answer: whoever means it then means it anew", async (_, pass) => {
  const key = await sentInVain();
  await pass();
  void wish();
  expect(keys().at(-1)).not.toBe(key);
});

it("has its key for five minutes after the last try, not after the first", async () => {
  const key = await sentInVain();
  for (let times = 0; times < 2; times++) {
    await time.advance(4 * 60_000 + 45_000);
    expect(await sentInVain()).toBe(key);
  }
});

it("has its key as long as it is being sent, though the laptop slept meanwhile", async () => {
  void wish();
  time.sleep(60 * 60_000);
  void wish();
  expect(new Set(keys()).size).toBe(1);
});

it("keeps its key when the answer to an older press arrives late", async () => {
  void wish();
  void wish();
  const [first, second] = server.calls;
  await first?.respond({ onHand: 8 });
  const key = await sentInVain();
  await second?.respond({ onHand: 8 });
  void wish();
  expect(keys().at(-1)).toBe(key);
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
