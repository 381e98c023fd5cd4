import fc from "fast-check";
import { expect, it } from "vitest";
import { nextPath } from "@/domain/next-path";

it.each(["/", "/account", "/products/tidewater-vase?from=a&to=b#here", "/a//b", "/%2F%2Fevil.example"])(
  "%s is a way on",
  (path) => expect(nextPath(path)).toBe(path),
);

const elsewhere = [
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\\/evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "\t//evil.example",
  " //evil.example",
  "/./\\evil.example",
  "/.//evil.example",
  "/..//evil.example",
  "https://evil.example",
  "https:evil.example",
  "HTTPS://evil.example/account",
  "javascript:alert(1)",
  "data:text/html,x",
  "evil.example",
  "account",
  "@evil.example",
  "/%0d%0aLocation: https://evil.example",
  "/ü",
  "",
  undefined,
  null,
  ["/account"],
  { path: "/account" },
];
it.each(elsewhere)("%j leads to the fallback", (wanted) => expect(nextPath(wanted, "/home")).toBe("/home"));

it("never leads to another site, whatever it is given", () => {
  const pieces = fc.constantFrom(
    "/",
    "\\",
    "//",
    ".",
    "..",
    ":",
    "@",
    "?",
    "#",
    "%2f",
    "\t",
    "\n",
    " ",
    "evil.example",
    "https",
    "a",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const path = nextPath(parts.join(""));
      const url = new URL(path, "https://shop.example/sign-in");
      expect(url.origin).toBe("https://shop.example");
      // Said once more by whoever writes it into a header or a link.
      expect(new URL(url.pathname + url.search, "https://shop.example").origin).toBe("https://shop.example");
    }),
    { numRuns: 5_000 },
  );
});
