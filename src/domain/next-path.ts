/**
 * Where to go after signing in: a path of this very site, or `fallback`. What a browser would take for another site
 * (`//evil.example`, `/\evil.example`, a scheme, a line break in between) is none.
 */
export function nextPath(wanted: unknown, fallback = "/"): string {
  if (typeof wanted !== "string" || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted)) return fallback;
  const here = "https://here.invalid";
  const url = URL.canParse(wanted, here) ? new URL(wanted, here) : null;
  if (url === null || url.origin !== here || url.pathname.startsWith("//")) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}
