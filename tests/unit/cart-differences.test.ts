import { expect, it } from "vitest";
import { cartDifferences, differenceText } from "@/domain/cart-differences";
import { line, mug, uuid } from "./cart-fixtures";

const texts = (...sides: Parameters<typeof cartDifferences>) =>
  cartDifferences(...sides).map((one) => differenceText(one, "EUR"));

it("says every change of every line, in the order in which they were seen", () => {
  const bowl = mug({ reservationId: uuid(3), variantId: uuid(103), productName: "Bowl", variantName: "" });
  const before = [line(), mug({ quantity: 3 })];
  const after = [bowl, mug({ quantity: 2, unitPriceCents: 2_600 })];
  expect(texts(before, after)).toEqual([
    "Tidewater Vase, Large is no longer held for you.",
    "Lighthouse Mug, Fog white: 2 units instead of 3.",
    "Lighthouse Mug, Fog white costs €26 each now, not €24.",
    "Bowl was added: 1 unit.",
  ]);
});

it("finds no difference in the same units held anew, or in two lines of one variant", () => {
  expect(texts([line()], [line({ reservationId: uuid(9) })])).toEqual([]);
  expect(texts([mug({ quantity: 2 })], [mug(), mug({ reservationId: uuid(9) })])).toEqual([]);
});
