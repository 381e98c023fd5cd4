/** The mark: a frond, its stipe, and the holdfast that grips the rock. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M16 20V5" />
      <path d="M16 13c-5 0-7-3-7-7 5 0 7 3 7 7ZM16 16c4.500 0 6.500-2.500 6.500-6.500-4.500 0-6.500 2.500-6.500 6.500Z" />
      <path d="M16 20c-1 4-4 3-5.500 7M16 20c1 4 4 3 5.500 7M16 20c-2.500 2-7 1-10 5M16 20c2.500 2 7 1 10 5M16 20v8" />
    </svg>
  );
}
