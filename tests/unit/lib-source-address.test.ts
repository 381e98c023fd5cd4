import { describe, expect, it } from "vitest";
import { networkOf, sourceOf, trustedHeader } from "@/lib/http/source-address";

describe("the network of an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7:55123", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["[2001:db8:1:2:ffff::9]:443", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::ffff:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"],
  ])("of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it("of a list is that of the last: the others are the client's to write", () => {
    expect(networkOf("10.0.0.1, 198.51.100.9,203.0.113.7")).toBe("203.0.113.7");
    expect(networkOf("203.0.113.7, ")).toBeNull();
  });

  it.each([
    "",
    "unknown",
    "203.0.113",
    "203.0.113.256",
    "2001:db8::1::2",
    "localhost",
    "_hidden",
    "[203.0.113.7",
  ])("is not to be had of %o", (text) => {
    expect(networkOf(text)).toBeNull();
  });
});

describe("the source of a request", () => {
  const secret = "thirty-two characters at the least";
  const settings = { GUEST_COOKIE_SECRET: secret, TRUSTED_PROXY_HEADER: "X-Real-IP" };
  const from = (address: string, more: Record<string, string> = {}) =>
    sourceOf(new Headers({ "x-real-ip": address, ...more }), settings);

  it("is not known where no header is trusted, whatever the client sends", () => {
    const headers = new Headers({ "x-real-ip": "203.0.113.7", "x-forwarded-for": "203.0.113.7" });
    expect(sourceOf(headers, { GUEST_COOKIE_SECRET: secret })).toBeUndefined();
    expect(sourceOf(headers, { GUEST_COOKIE_SECRET: secret, TRUSTED_PROXY_HEADER: "" })).toBeUndefined();
  });

  it("is the header's that is named; on Vercel its own, unless another is named", () => {
    const base = { GUEST_COOKIE_SECRET: secret };
    expect(trustedHeader(base)).toBeUndefined();
    expect(trustedHeader({ ...base, VERCEL: "1" })).toBe("x-vercel-forwarded-for");
    expect(trustedHeader({ ...base, VERCEL: "1", TRUSTED_PROXY_HEADER: "cf-connecting-ip" })).toBe(
      "cf-connecting-ip",
    );
  });

  it("is the same for one network, another for another, and not moved by other headers", () => {
    expect(from("203.0.113.7")).toBe(from("203.0.113.7:4711", { "x-forwarded-for": "198.51.100.1" }));
    expect(from("2001:db8:1:2::1")).toBe(from("2001:db8:1:2:aaaa::2"));
    expect(from("203.0.113.7")).not.toBe(from("203.0.113.8"));
    expect(from("2001:db8:1:2::1")).not.toBe(from("2001:db8:1:3::1"));
  });

  it("of those whose address nobody can read is one and the same, so that hiding it does not help", () => {
    expect(from("nonsense")).toBe(from("other nonsense"));
    expect(from("nonsense")).toBe(sourceOf(new Headers(), settings));
    expect(from("nonsense")).not.toBe(from("203.0.113.7"));
  });

  it("does not give the address away, and depends on the secret", () => {
    const source = from("203.0.113.7");
    expect(source).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const headers = new Headers({ "x-real-ip": "203.0.113.7" });
    const other = { ...settings, GUEST_COOKIE_SECRET: `${secret}!` };
    expect(sourceOf(headers, other)).not.toBe(source);
  });
});
