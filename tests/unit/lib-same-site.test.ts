import { describe, expect, it } from "vitest";
import { refuseForeignOrigin } from "@/lib/http/same-site";

function check(headers: Record<string, string>, method = "POST") {
  return () => refuseForeignOrigin(new Request("http://inner:3000/api", { method, headers }));
}

const asked = { host: "shop.example" };

describe("a change is let through", () => {
  it.each([
    ["from our own origin", { ...asked, origin: "https://shop.example" }],
    ["from our own origin on a port", { host: "shop.example:8443", origin: "https://shop.example:8443" }],
    ["from our origin in capitals", { ...asked, origin: "https://SHOP.example" }],
    ["with the default port written out", { ...asked, origin: "https://shop.example:443" }],
    ["without the two headers", asked],
    ["from the address bar", { ...asked, "sec-fetch-site": "none" }],
    [
      "behind a proxy",
      { host: "inner:3000", "x-forwarded-host": "shop.example", origin: "https://shop.example" },
    ],
  ])("%s", (_, headers) => {
    expect(check(headers)).not.toThrow();
  });
});

describe("a change is refused", () => {
  it.each([
    ["from another host", { ...asked, origin: "https://evil.example" }],
    ["from another port", { ...asked, origin: "https://shop.example:8443" }],
    ["from a host below ours", { ...asked, origin: "https://a.shop.example" }],
    ["from a host that ends like ours", { ...asked, origin: "https://myshop.example" }],
    ["from a host that begins like ours", { ...asked, origin: "https://shop.example.evil.example" }],
    ["with our host as the user's name", { ...asked, origin: "https://shop.example@evil.example" }],
    ["from nowhere", { ...asked, origin: "null" }],
    ["with an empty origin", { ...asked, origin: "" }],
    ["with an origin that is no URL", { ...asked, origin: "shop.example" }],
    ["sent cross-site", { ...asked, "sec-fetch-site": "cross-site" }],
    [
      "sent cross-site with our origin",
      { ...asked, origin: "https://shop.example", "sec-fetch-site": "cross-site" },
    ],
    [
      "from the proxy's inner host",
      { host: "inner:3000", "x-forwarded-host": "shop.example", origin: "http://inner:3000" },
    ],
    ["with an origin where no host is known", { origin: "https://shop.example" }],
  ])("%s", (_, headers) => {
    expect(check(headers)).toThrow("foreign_origin");
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("whether it is a %s", (method) => {
    expect(check({ ...asked, origin: "https://evil.example" }, method)).toThrow("foreign_origin");
  });
});

it.each(["GET", "HEAD", "OPTIONS"])("a %s changes nothing and may come from anywhere", (method) => {
  const headers = { ...asked, origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  expect(check(headers, method)).not.toThrow();
});
