import { beforeAll, describe, expect, test } from "vitest";
import { SavedProductSchema } from "@/contracts/admin-catalogue";
import { SavedPictureSchema } from "@/contracts/pictures";
import { bodyOf, type Guest, newGuest, problemOf } from "../support/api-client.ts";
import { NO_PICTURES, PICTURES } from "../support/pictures.ts";
import { storeUrl } from "../support/store.ts";
import { newMember } from "./member.ts";
import { createProduct, unknownId, useShopFloor } from "./shop-floor.ts";
import { signedIn } from "./wishes.ts";

const sql = useShopFloor();
let admin: Guest;
beforeAll(async () => {
  admin = signedIn(await newMember(sql, { isAdmin: true }));
});

const upload = (content: Buffer) =>
  admin.send("POST", "/api/admin/pictures", { json: { content: content.toString("base64") } });
const saved = async (content: Buffer) => bodyOf(await upload(content), 201, SavedPictureSchema).imagePath;

const MEDIA_TYPES = { png: "image/png", jpg: "image/jpeg", webp: "image/webp", avif: "image/avif" } as const;

test.each(Object.entries(MEDIA_TYPES))(
  "an uploaded %s is served to everybody, for good",
  async (of, mediaType) => {
    const content = PICTURES[of as keyof typeof PICTURES];
    const path = await saved(content);
    // A signed-in browser too gets what a cache may keep for all: no cookie, and nothing that is its own.
    const cookie = [...admin.jar].map((pair) => pair.join("=")).join("; ");
    const { status, headers, ...response } = await fetchOf(path, { cookie });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe(mediaType);
    expect(headers.get("cache-control")).toContain("immutable");
    expect(headers.getSetCookie()).toEqual([]);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
    expect(response.body.equals(content)).toBe(true);
  },
);

async function fetchOf(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${storeUrl()}${path}`, { headers });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

test.each(Object.entries(NO_PICTURES))("%s is refused, whatever it is called", async (_, content) => {
  problemOf(await upload(content), "not_a_picture");
});

test("what is too large is told so: the file, and a body beyond all measure", async () => {
  problemOf(await upload(Buffer.alloc(2 * 1024 * 1024 + 1)), "picture_too_large");
  problemOf(await upload(Buffer.alloc(4 * 1024 * 1024)), "body_too_large");
});

test("the largest that is taken arrives whole", async () => {
  const largest = Buffer.concat([PICTURES.png, Buffer.alloc(2 * 1024 * 1024 - PICTURES.png.length, 7)]);
  expect((await fetchOf(await saved(largest))).body.equals(largest)).toBe(true);
});

test("what is no base64 is refused by the contract", async () => {
  const answer = await admin.send("POST", "/api/admin/pictures", { json: { content: "<svg/>" } });
  expect(problemOf(answer, "validation_failed").errors?.map(({ path }) => path)).toEqual(["content"]);
});

describe("a picture that is not there", () => {
  test.each([
    `/pictures/${"0".repeat(64)}.png`,
    "/pictures/vase.svg",
    "/pictures/..%2f..%2fetc%2fpasswd",
    `/pictures/${"A".repeat(64)}.png`,
  ])("%s is 404, and nothing keeps that", async (path) => {
    const { status, headers } = await fetchOf(path);
    expect(status).toBe(404);
    expect(headers.get("cache-control")).toBe("private, no-store");
  });

  test("nor under another ending", async () => {
    const path = await saved(PICTURES.png);
    expect((await fetchOf(path.replace(/png$/, "jpg"))).status).toBe(404);
  });
});

test("a picture has one address: with a query there is none", async () => {
  const path = await saved(PICTURES.png);
  const { status, headers } = await fetchOf(`${path}?x=1`);
  expect(status).toBe(404);
  expect(headers.get("cache-control")).toBe("private, no-store");
  expect((await fetchOf(path)).body.equals(PICTURES.png)).toBe(true);
});

test("a product takes the path, and the catalogue shows it; one by a path of the deployment stays as it is", async () => {
  const { productId, slug } = await createProduct(sql, 1);
  const imagePath = await saved(PICTURES.webp);
  const put = (json: object) => admin.send("PUT", `/api/admin/products/${productId}`, { json });
  expect(bodyOf(await put({ imagePath }), 200, SavedProductSchema).product.imagePath).toBe(imagePath);
  expect((await newGuest().get(`/api/products/${slug}`)).text).toContain(imagePath);
  const old = "/products/lighthouse-mug.svg";
  expect(bodyOf(await put({ imagePath: old }), 200, SavedProductSchema).product.imagePath).toBe(old);
  for (const bad of [
    "/pictures/vase.png",
    `/pictures/${"0".repeat(64)}.svg`,
    `https://example.test/${unknownId()}`,
  ]) {
    problemOf(await put({ imagePath: bad }), "validation_failed");
  }
});
