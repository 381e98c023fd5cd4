import type { NextRequest } from "next/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { GET } from "@/app/pictures/[name]/route";
import { readPicture } from "@/lib/catalogue/picture";
import { DatabaseUnavailable } from "@/lib/supabase/database-error";

const outside = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("@/lib/supabase/call-function", () => ({ callFunction: outside.call }));
vi.mock("@/lib/log", () => ({ logError: vi.fn() }));

const MIB = 1024 * 1024;
const found = (bytes = 3) => ({ outcome: "found", content: Buffer.alloc(bytes, 7).toString("base64") });

/** What is kept is kept from test to test, so each takes pictures of its own. */
let nth = 0;
const newHash = () => (nth++).toString(16).padStart(64, "0");
beforeEach(() => outside.call.mockReset().mockImplementation(async () => found()));

describe("a picture", () => {
  it("is read once, also where a crowd asks at once, and by hash and type", async () => {
    const hash = newHash();
    const crowd = await Promise.all(Array.from({ length: 50 }, () => readPicture(hash, "png")));
    for (const picture of crowd) expect(picture).toEqual(Uint8Array.of(7, 7, 7));
    await readPicture(hash, "png");
    expect(outside.call.mock.calls.map(([name, args]) => [name, args])).toEqual([
      ["get_picture", { p_hash: hash, p_type: "png" }],
    ]);
    await readPicture(hash, "jpg");
    expect(outside.call).toHaveBeenCalledTimes(2);
  });

  it("that is not there is looked for each time, for it may come", async () => {
    const hash = newHash();
    outside.call.mockResolvedValueOnce({ outcome: "not_found" });
    expect(await readPicture(hash, "png")).toBeNull();
    expect(await readPicture(hash, "png")).not.toBeNull();
  });

  it("that cannot be read now is told so, and is read the next time", async () => {
    const hash = newHash();
    outside.call.mockRejectedValueOnce(new DatabaseUnavailable("away", "down"));
    await expect(readPicture(hash, "png")).rejects.toThrow(DatabaseUnavailable);
    expect(await readPicture(hash, "png")).not.toBeNull();
  });

  it("is forgotten once 32 MiB were asked for after it", async () => {
    outside.call.mockImplementation(async () => found(2 * MIB));
    const [first, ...others] = [newHash(), ...Array.from({ length: 16 }, newHash)] as const;
    for (const hash of [first, ...others, ...others]) await readPicture(hash, "png");
    expect(outside.call).toHaveBeenCalledTimes(17);
    await readPicture(first, "png");
    expect(outside.call).toHaveBeenCalledTimes(18);
  });

  it("reaches everybody who waits, also where more is on its way than is kept", async () => {
    outside.call.mockImplementation(async () => found(2 * MIB));
    const hashes = Array.from({ length: 40 }, newHash);
    const pictures = await Promise.all(hashes.map((hash) => readPicture(hash, "png")));
    for (const picture of pictures) expect(picture?.byteLength).toBe(2 * MIB);
  });
});

describe("its address", () => {
  const get = (name: string, query: string) =>
    GET(new Request(`http://shop.example/pictures/${name}${query}`) as NextRequest, {
      params: Promise.resolve({ name }),
    });

  it("is kept by caches for good", async () => {
    const response = await get(`${newHash()}.png`, "");
    expect(response.headers.get("cache-control")).toContain("immutable");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(Uint8Array.of(7, 7, 7));
  });

  it.each(["?x=1", "?v", "?=&"])(
    "with a query, %s, is none, and the database is not asked",
    async (query) => {
      const response = await get(`${newHash()}.png`, query);
      expect(await response.json()).toMatchObject({ status: 404, code: "route_not_found" });
      expect(outside.call).not.toHaveBeenCalled();
    },
  );
});
