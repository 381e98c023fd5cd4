/**
 * What a page may load and do (docs/adr/0010). Scripts need the nonce of this very answer, and load their own parts;
 * styles are files of ours, and no element carries one of its own.
 */
export function contentSecurityPolicy(nonce: string, mode: { isDevelopment: boolean; isHttps: boolean }) {
  // While developing, React rebuilds stacks with eval, and Next writes its styles and its overlay into the page.
  const { isDevelopment, isHttps } = mode;
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    isDevelopment ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    isDevelopment ? "connect-src 'self' ws:" : "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(isHttps ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}
