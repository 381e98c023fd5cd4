import { describe } from "vitest";
import { testPaying } from "./interleavings-paying.ts";

// What each operation is, is in interleavings-paying.ts and interleavings.ts; how a row is played, in
// interleavings-table.ts. A row: first | second | does the second wait | what the first says
// | what the second says, and what there is then, when the first has committed | the same when it has given up.
// What there is: the order, the holds, reserved/on_hand.

describe("X holds the only unit and starts to pay", () => {
  testPaying(
    { hold: "live", second: "X", onHand: 1, stage: "in the cart" },
    `
  pin      | reserve  | at once | pinned               | insufficient_stock | pending, X paying, 1/1 | insufficient_stock   | X active, 1/1
  reserve  | pin      | at once | insufficient_stock   | pinned             | pending, X paying, 1/1 | pinned               | pending, X paying, 1/1
  pin      | extend   | waits   | pinned               | payment_open       | pending, X paying, 1/1 | extended             | X active, 1/1
  extend   | pin      | waits   | extended             | pinned             | pending, X paying, 1/1 | pinned               | pending, X paying, 1/1
  pin      | set      | waits   | pinned               | payment_open       | pending, X paying, 1/1 | held                 | X active, 1/1
  set      | pin      | waits   | held                 | pinned             | pending, X paying, 1/1 | pinned               | pending, X paying, 1/1
  pin      | release  | waits   | pinned               | released 0         | pending, X paying, 1/1 | released 1           | X released, 0/1
  release  | pin      | waits   | released 1           | cart_empty         | X released, 0/1        | pinned               | pending, X paying, 1/1
  pin      | expire   | waits   | pinned               | insufficient_stock | pending, X paying, 1/1 | insufficient_stock   | X active, 1/1
  expire   | pin      | waits   | insufficient_stock   | pinned             | pending, X paying, 1/1 | pinned               | pending, X paying, 1/1
  pin      | transfer | waits   | pinned               | payment_open       | pending, X paying, 1/1 | transferred 1        | U active, 1/1
  transfer | pin      | waits   | transferred 1        | pinned             | pending, U paying, 1/1 | pinned               | pending, X paying, 1/1
  pin      | adjust   | waits   | pinned               | payment_open       | pending, X paying, 1/1 | adjusted, withdrew 1 | X withdrawn, 0/0
  adjust   | pin      | waits   | adjusted, withdrew 1 | cart_empty         | X withdrawn, 0/0       | pinned               | pending, X paying, 1/1
  pin      | sweep    | at once | pinned               | expired 0          | pending, X paying, 1/1 | expired 0            | X active, 1/1
  sweep    | pin      | at once | expired 0            | pinned             | pending, X paying, 1/1 | pinned               | pending, X paying, 1/1
  pin      | pin      | waits   | pinned               | pinned             | pending, X paying, 1/1 | pinned               | pending, X paying, 1/1
  `,
  );
});

describe("X holds one of two units and starts to pay", () => {
  testPaying(
    { hold: "live", second: "X", onHand: 2, stage: "in the cart" },
    `
  pin      | reserve  | waits   | pinned             | held               | pending, X paying, X active, 2/2 | held               | X active×2, 2/2
  reserve  | pin      | waits   | held               | cart_changed       | X active×2, 2/2                  | pinned             | pending, X paying, 1/2
  pin      | extend   | waits   | pinned             | payment_open       | pending, X paying, 1/2           | extended           | X active, 1/2
  extend   | pin      | waits   | extended           | pinned             | pending, X paying, 1/2           | pinned             | pending, X paying, 1/2
  pin      | set      | waits   | pinned             | payment_open       | pending, X paying, 1/2           | held               | X active×2, 2/2
  set      | pin      | waits   | held               | cart_changed       | X active×2, 2/2                  | pinned             | pending, X paying, 1/2
  pin      | release  | waits   | pinned             | released 0         | pending, X paying, 1/2           | released 1         | X released, 0/2
  release  | pin      | waits   | released 1         | cart_empty         | X released, 0/2                  | pinned             | pending, X paying, 1/2
  pin      | expire   | waits   | pinned             | insufficient_stock | pending, X paying, 1/2           | insufficient_stock | X active, 1/2
  expire   | pin      | waits   | insufficient_stock | pinned             | pending, X paying, 1/2           | pinned             | pending, X paying, 1/2
  pin      | transfer | waits   | pinned             | payment_open       | pending, X paying, 1/2           | transferred 1      | U active, 1/2
  transfer | pin      | waits   | transferred 1      | pinned             | pending, U paying, 1/2           | pinned             | pending, X paying, 1/2
  pin      | adjust   | waits   | pinned             | adjusted           | pending, X paying, 1/1           | adjusted           | X active, 1/1
  adjust   | pin      | waits   | adjusted           | pinned             | pending, X paying, 1/1           | pinned             | pending, X paying, 1/2
  pin      | sweep    | at once | pinned             | expired 0          | pending, X paying, 1/2           | expired 0          | X active, 1/2
  sweep    | pin      | at once | expired 0          | pinned             | pending, X paying, 1/2           | pinned             | pending, X paying, 1/2
  pin      | pin      | waits   | pinned             | pinned             | pending, X paying, 1/2           | pinned             | pending, X paying, 1/2
  `,
  );
});
