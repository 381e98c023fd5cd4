import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { operations } from "@/lib/openapi/operations";
import { root, stateDir } from "../../local/paths.ts";
import { buildCanaries, buildStore } from "../../local/store-build.ts";
import { newGuest, storeKeys } from "../support/api-client.ts";
import { storeUrl } from "../support/store.ts";
import { useSecondStore } from "./second-store.ts";
import { useShopFloor } from "./shop-floor.ts";
import { bearer, goodWish, send, setStage } from "./wishes.ts";

// Secrets that would sing if they got out: set while the store is built, and while it runs.

const sql = useShopFloor();
const store = useSecondStore();
let build = "";

beforeAll(async () => {
  build = join(root, (await buildStore()).HOLDFAST_DIST_DIR ?? "");
});

const canaries = () => Object.values(buildCanaries).map((canary) => canary ?? "");
const databasePassword = () => new URL(inject("databaseUrl")).password;
/** What the running stores keep to themselves. The publishable key may be seen by everybody. */
const secrets = () => {
  const { publishableKey: _, ...kept } = storeKeys();
  return [...Object.values(kept), databasePassword()];
};

/** The files below a folder that have one of these texts in them, as it is or as base64. */
function filesWith(folder: string, texts: string[]): string[] {
  const wanted = texts.flatMap((text) => [text, Buffer.from(text).toString("base64").slice(0, -4)]);
  const files = globSync("**/*", { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const content = readFileSync(file, "latin1");
      return wanted.some((text) => content.includes(text));
    });
}

describe("a store that was built with its secrets set", () => {
  test("has none of them in what browsers load, nor in its source maps", () => {
    const files = globSync("static/**/*.{js,css,map}", { cwd: build });
    expect(files.length).toBeGreaterThan(5);
    expect(filesWith(join(build, "static"), canaries())).toEqual([]);
    expect(filesWith(join(root, "public"), canaries())).toEqual([]);
  });

  test("has none of them in what the server runs or has rendered beforehand", () => {
    expect(existsSync(join(build, "server"))).toBe(true);
    expect(filesWith(join(build, "server"), canaries())).toEqual([]);
  });

  test("names none of the settings that are secret to browsers", () => {
    expect(filesWith(join(build, "static"), Object.keys(buildCanaries))).toEqual([]);
  });

  test("would be caught: a text that is there is found", () => {
    expect(filesWith(join(build, "static"), ["holdfast"])).not.toEqual([]);
  });
});

describe("a store that runs with its secrets", () => {
  test("shows none of them on its pages or in what they load", async () => {
    for (const path of ["/", "/cart", "/products/lighthouse-mug", "/api-docs", "/nowhere"]) {
      const page = await (await fetch(`${storeUrl()}${path}`)).text();
      const scripts = [...page.matchAll(/(?:src|href)="(\/_next\/[^"]+)"/g)].map(([, address]) => address);
      const loaded = scripts.map(async (address) => (await fetch(`${storeUrl()}${address}`)).text());
      for (const text of [page, ...(await Promise.all(loaded))]) {
        expect(secrets().filter((secret) => text.includes(secret))).toEqual([]);
      }
    }
  });

  test("writes none of them into its log, whatever goes wrong", async () => {
    const key = storeKeys().secretKey;
    const answers = [
      () => store.gateway.open(),
      () => store.gateway.close(),
      () => store.gateway.hangUp(),
      () => store.gateway.answer(400, JSON.stringify({ code: "XX000", message: `no, ${key}`, hint: key })),
      () => store.gateway.answer(500, `<html>Authorization: Bearer ${key}</html>`, "text/html"),
      () => store.gateway.answer(200, JSON.stringify({ apikey: key, lines: [key] })),
    ];
    for (const { id } of operations) {
      await store.gateway.open();
      const stage = await setStage(sql, newGuest({ baseUrl: store.url }));
      const wish = await goodWish(id, stage);
      for (const prepare of answers) {
        await prepare();
        await send(stage.owner, id, wish);
      }
    }
    const cron = "/api/cron/cleanup-reservations";
    await newGuest({ baseUrl: store.url }).send("GET", cron, {
      headers: bearer(`${storeKeys().cronSecret}x`),
    });
    const log = store.log();
    expect(log).toContain("internal_error");
    expect(secrets().filter((secret) => log.includes(secret))).toEqual([]);
  });

  test("wrote none of them into the log of this run", () => {
    const log = readFileSync(join(stateDir, "logs", "test-store.log"), "utf8");
    expect(secrets().filter((secret) => log.includes(secret))).toEqual([]);
  });
});
