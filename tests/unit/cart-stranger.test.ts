import { beforeEach, describe, expect, it } from "vitest";
import { createCartApi } from "@/contexts/cart-api";
import { loseAll } from "./cart-bench";
import { NOON, uuid } from "./cart-fixtures";
import { FakeServer } from "./fake-server";
import { FakeTime, settled } from "./fake-time";

// A browser that the shop does not know asks who it is before its first hold.

const guest = { kind: "guest", email: null, isAdmin: false };
const wish = { variantId: uuid(101), quantity: 1, mode: "add" as const };
const hold = (variant: number) => ({ ...wish, variantId: uuid(variant) });

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});

describe("a stranger's first hold", () => {
  it("waits until the browser is somebody", async () => {
    const api = createCartApi(server.fetch, { isStranger: true });
    void api.reserve(wish);
    await settled();
    expect(server.calls.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /api/session"]);
    await server.last("GET").respond(guest);
    expect(server.last("POST").body).toEqual(wish);
  });

  it("is one of two at once: both wait for the same answer", async () => {
    const api = createCartApi(server.fetch, { isStranger: true });
    void api.reserve(hold(101));
    void api.reserve(hold(102));
    await settled();
    expect(server.count("GET")).toBe(1);
    await server.last("GET").respond(guest);
    expect(server.count("POST")).toBe(2);
  });

  it("is not sent when nobody answers, and the next one asks again", async () => {
    const time = new FakeTime(NOON);
    const api = createCartApi(server.fetch, { isStranger: true, time });
    const first = api.reserve(wish);
    await settled();
    await loseAll(server, time, "GET");
    const asked = server.count("GET");
    expect(await first).toEqual({ ok: false, failure: { kind: "unreachable" } });
    expect(server.count("POST")).toBe(0);
    void api.reserve(wish);
    await settled();
    expect(server.count("GET")).toBe(asked + 1);
  });

  it("asks once: later ones go straight away", async () => {
    const api = createCartApi(server.fetch, { isStranger: true });
    void api.reserve(wish);
    await settled();
    await server.last("GET").respond(guest);
    void api.reserve(wish);
    expect([server.count("GET"), server.count("POST")]).toEqual([1, 2]);
  });
});

it("whom the shop knows asks nothing", () => {
  void createCartApi(server.fetch).reserve(wish);
  expect(server.calls.map(({ method }) => method)).toEqual(["POST"]);
});
