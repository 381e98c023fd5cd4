import type { NextConfig } from "next";

const headers = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
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
  headers: async () => [{ source: "/:path*", headers }],
  ...besideOthers,
};

export default config;
