import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parse, parseBody, parseQuery, readText } from "@/lib/http/parse";
import { ProblemError } from "@/lib/http/problem";

const Schema = z.strictObject({ name: z.string(), count: z.int().optional() });
const LARGEST = 64 * 1024;

function post(
  body: BodyInit | null,
  headers: Record<string, string> = { "content-type": "application/json" },
) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return new Request("http://shop.example/", {
    method: "POST",
    body: bytes,
    headers,
    duplex: "half",
  } as RequestInit);
}

/** The problem that is thrown; anything else fails the test. */
async function problemOf(work: () => unknown): Promise<ProblemError> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof ProblemError) return thrown;
    throw thrown;
  }
  return expect.unreachable("nothing was refused");
}

describe("what comes from outside", () => {
  it("is handed on as its contract says", () => {
    expect(parse(Schema, { name: "a", count: 1 })).toEqual({ name: "a", count: 1 });
    expect(parse(z.object({ mode: z.string().default("add") }), {})).toEqual({ mode: "add" });
  });

  it("is refused with the place of every fault", async () => {
    const { code, extras } = await problemOf(() =>
      parse(z.object({ lines: z.array(z.object({ quantity: z.int() })), name: z.string() }), {
        lines: [{ quantity: 1 }, { quantity: "2" }],
      }),
    );
    expect(code).toBe("validation_failed");
    expect(extras.errors?.map(({ path }) => path)).toEqual(["lines.1.quantity", "name"]);
    for (const { message } of extras.errors ?? []) expect(message).not.toBe("");
  });
});

describe("a query", () => {
  const query = (text: string) => parseQuery(Schema, new Request(`http://shop.example/?${text}`));

  it("is read as an object of texts", () => {
    expect(query("name=a%20b")).toEqual({ name: "a b" });
  });

  it("is refused where a name comes twice, even with the same value", async () => {
    const { extras } = await problemOf(() => query("name=a&name=a"));
    expect(extras.errors).toEqual([{ path: "name", message: "Given twice" }]);
  });

  it("cannot reach the prototype of objects", async () => {
    expect((await problemOf(() => query("name=a&__proto__=x"))).code).toBe("validation_failed");
    expect((await problemOf(() => query("__proto__=x"))).extras.errors?.[0]?.path).toBe("name");
  });
});

describe("a body", () => {
  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/json;x=y",
  ])("of the type %s is read", async (type) => {
    expect(await parseBody(Schema, post('{"name":"ä"}', { "content-type": type }))).toEqual({ name: "ä" });
  });

  it.each(["text/plain", "application/jsonp", "application/json-patch+json", "text/json", "json"])(
    "of the type %s is refused",
    async (type) => {
      const request = post('{"name":"a"}', { "content-type": type });
      expect((await problemOf(() => parseBody(Schema, request))).code).toBe("unsupported_media_type");
    },
  );

  it("without a type is refused, however good it is", async () => {
    const request = post('{"name":"a"}', {});
    expect((await problemOf(() => parseBody(Schema, request))).code).toBe("unsupported_media_type");
  });

  it.each(["", " ", "{", "name=a", "{'name':'a'}", '{"name":"a"}x', "undefined"])(
    "that is %j is not JSON",
    async (text) => {
      expect((await problemOf(() => parseBody(Schema, post(text)))).code).toBe("malformed_json");
    },
  );

  it("that is JSON of another shape is refused by the contract", async () => {
    const { code, extras } = await problemOf(() => parseBody(Schema, post('{"name":1,"more":true}')));
    expect(code).toBe("validation_failed");
    expect(extras.errors).toHaveLength(2);
  });

  it("is taken up to 64 KiB and refused from the next byte on, whatever its length was said to be", async () => {
    const text = '{"name":"a"}';
    const json = { "content-type": "application/json" };
    for (const length of [undefined, "12", "nonsense"]) {
      const headers = { ...json, ...(length && { "content-length": length }) };
      expect(await parseBody(Schema, post(text.padEnd(LARGEST), headers))).toEqual({ name: "a" });
      const tooLarge = post(text.padEnd(LARGEST + 1), headers);
      expect((await problemOf(() => parseBody(Schema, tooLarge))).code).toBe("body_too_large");
    }
  });

  it("that is said to be too large is refused unread", async () => {
    const request = post('{"name":"a"}', {
      "content-type": "application/json",
      "content-length": String(LARGEST + 1),
    });
    expect((await problemOf(() => parseBody(Schema, request))).code).toBe("body_too_large");
    expect(request.bodyUsed).toBe(false);
  });

  it("that is too large is read to its end, and only a bounded part of it is kept", async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        if (pulled++ === 1_000) controller.close();
        else controller.enqueue(new Uint8Array(1_024));
      },
    });
    expect((await problemOf(() => parseBody(Schema, post(endless)))).code).toBe("body_too_large");
    expect(pulled).toBe(1_001);
  });

  it("that breaks off is refused, and is no failure of the shop", async () => {
    let pulled = 0;
    const aborted = new ReadableStream({
      pull(controller) {
        if (pulled++ === 0) controller.enqueue(new TextEncoder().encode('{"na'));
        else controller.error(new Error("aborted"));
      },
    });
    expect((await problemOf(() => readText(post(aborted), LARGEST))).code).toBe("malformed_json");
    expect(pulled).toBe(2);
  });

  it("counts in bytes, not in letters", async () => {
    const text = `{"name":"${"€".repeat(LARGEST / 3)}"}`;
    expect((await problemOf(() => parseBody(Schema, post(text)))).code).toBe("body_too_large");
  });
});
