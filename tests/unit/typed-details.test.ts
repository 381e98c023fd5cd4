import { expect, it } from "vitest";
import { forgetDetails, keepDetails, recallDetails } from "@/contexts/typed-details";

const details = {
  email: "anna@example.com",
  country: "IE",
  name: "Anna",
  line1: "Quay 1",
  line2: "",
  postalCode: "D01",
  city: "Dublin",
};
const HOUR = 3_600_000;

function tab(broken = false) {
  const items = new Map<string, string>();
  const refuse = () => {
    if (broken) throw new DOMException("The operation is insecure", "SecurityError");
  };
  return {
    items,
    getItem(name: string) {
      refuse();
      return items.get(name) ?? null;
    },
    setItem(name: string, value: string) {
      refuse();
      items.set(name, value);
    },
    removeItem(name: string) {
      refuse();
      items.delete(name);
    },
  };
}

it("keeps what was typed for an hour, and then forgets it", () => {
  const storage = tab();
  keepDetails(details, 0, storage);
  expect(recallDetails(HOUR - 1, storage)).toEqual(details);
  expect(recallDetails(HOUR, storage)).toBeNull();
  expect(storage.items.size).toBe(0);
});

it("forgets it when asked", () => {
  const storage = tab();
  keepDetails(details, 0, storage);
  forgetDetails(storage);
  expect(recallDetails(0, storage)).toBeNull();
});

it.each(["{", "7", '{"typedAt":0,"details":{"email":1}}', '{"typedAt":0}'])(
  "takes %s for nothing",
  (text) => {
    const storage = tab();
    storage.setItem("holdfast-checkout", text);
    expect(recallDetails(0, storage)).toBeNull();
    expect(storage.items.size).toBe(0);
  },
);

it("does without where the browser keeps nothing", () => {
  const storage = tab(true);
  keepDetails(details, 0, storage);
  expect(recallDetails(0, storage)).toBeNull();
});
