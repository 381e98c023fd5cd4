import type { NextConfig } from "next";

// The Content-Security-Policy of pages carries a nonce, so src/proxy.ts writes it (docs/adr/0010).
const headers = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  {
    key: "Permissions-Policy",
    value: "camera=(), microphone=(), geolocation=(), usb=(), browsing-topics=()",
  },
  // Browsers heed it over https alone.
  { key: "Strict-Transport-Security", value: "max-age=31536000" },
];
/** An answer of the API, or an uploaded file, that a browser shows as a page can do nothing; a picture can draw itself. */
const inert = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const policies = [
  { source: "/api/:path*", policy: inert },
  { source: "/pictures/:path*", policy: inert },
  { source: "/:path*.svg", policy: `${inert}; style-src 'unsafe-inline'` },
];

/** Whoever has the address of an order may read it. */
const unmentioned = [
  { key: "Referrer-Policy", value: "no-referrer" },
  { key: "X-Robots-Tag", value: "noindex, nofollow" },
];

// `npm test` builds into a folder of its own, beside a running `npm run dev`. Next writes that folder's name into
// the tsconfig it is given, so it is given one beside the build; types are checked once, by `npm run typecheck`.
const { HOLDFAST_DIST_DIR: testBuild } = process.env;
const besideOthers: NextConfig = testBuild
  ? {
      distDir: testBuild,
      typescript: { tsconfigPath: `${testBuild}.tsconfig.json`, ignoreBuildErrors: true },
    }
  : {};

const config: NextConfig = {
  poweredByHeader: false,
  // Its badge would sit on the countdown; errors are shown all the same.
  devIndicators: false,
  reactStrictMode: true,
  headers: async () => [
    { source: "/:path*", headers },
    { source: "/orders/:path*", headers: unmentioned },
    ...policies.map(({ source, policy }) => ({
      source,
      headers: [{ key: "Content-Security-Policy", value: policy }],
    })),
  ],
  ...besideOthers,
};

export default config;
