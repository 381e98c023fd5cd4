export interface AvailabilityFacts {
  state: "in_stock" | "low_stock" | "held" | "sold_out";
  available: number;
  nextReleaseAt: string | null;
}

export interface AvailabilityNote {
  state: AvailabilityFacts["state"];
  text: string;
  /** Shown in the shopper's own time zone, so it is no part of the text. */
  nextReleaseAt: string | null;
}

/** `isMine`: the shopper holds some of it. What is held then may be theirs alone, and would not come free to them. */
export function availabilityNote(facts: AvailabilityFacts, isMine = false): AvailabilityNote {
  if (isMine && facts.state === "held") {
    return { state: "held", text: "None free beside yours", nextReleaseAt: null };
  }
  return { state: facts.state, text: textOf(facts), nextReleaseAt: releaseOf(facts) };
}

function textOf({ state, available }: AvailabilityFacts): string {
  switch (state) {
    case "in_stock":
      return "In stock";
    case "low_stock":
      return `Only ${available} left`;
    case "held":
      return "All held right now";
    case "sold_out":
      return "Sold out";
  }
}

function releaseOf(facts: AvailabilityFacts): string | null {
  return facts.state === "held" ? facts.nextReleaseAt : null;
}

/** One note for a product with several variants: the scarcest that can still be had is what matters. */
export function productNote(
  variants: readonly { name: string; availability: AvailabilityFacts }[],
): AvailabilityNote {
  const scarce = variants
    .filter((variant) => variant.availability.state === "low_stock")
    .toSorted((one, other) => one.availability.available - other.availability.available)[0];
  if (scarce) {
    const note = availabilityNote(scarce.availability);
    return variants.length === 1 ? note : { ...note, text: `${scarce.name}: ${lowerFirst(note.text)}` };
  }
  const states = new Set(variants.map((variant) => variant.availability.state));
  if (states.has("in_stock")) return { state: "in_stock", text: "In stock", nextReleaseAt: null };
  if (states.has("held")) {
    return { state: "held", text: "All held right now", nextReleaseAt: earliestRelease(variants) };
  }
  return { state: "sold_out", text: "Sold out", nextReleaseAt: null };
}

function earliestRelease(variants: readonly { availability: AvailabilityFacts }[]): string | null {
  const releases = variants.flatMap(({ availability }) => releaseOf(availability) ?? []);
  return releases.toSorted((one, other) => Date.parse(one) - Date.parse(other))[0] ?? null;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
