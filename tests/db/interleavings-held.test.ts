import { describe } from "vitest";
import { testInterleavings } from "./interleavings.ts";

// The only unit is held by X. What each operation is, and how a row is played, is in interleavings.ts.
// A row: first | second | does the second wait | what the first says
// | what the second says, and what there is then, when the first has committed | the same when it has given up.
// A hold is active, lapsed (its time is over, nobody marked it), or ended; then come reserved/on_hand.

describe("X asks in both sessions; a sign-in makes X the user U", () => {
  testInterleavings(
    { hold: "live", second: "X", onHand: 1 },
    `
  reserve  | reserve  | at once | insufficient_stock   | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  reserve  | extend   | at once | insufficient_stock   | extended             | X active, 1/1    | extended             | X active, 1/1
  reserve  | set      | at once | insufficient_stock   | held                 | X active, 1/1    | held                 | X active, 1/1
  reserve  | release  | at once | insufficient_stock   | released 1           | X released, 0/1  | released 1           | X released, 0/1
  reserve  | expire   | at once | insufficient_stock   | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  reserve  | transfer | at once | insufficient_stock   | transferred 1        | U active, 1/1    | transferred 1        | U active, 1/1
  reserve  | adjust   | at once | insufficient_stock   | adjusted, withdrew 1 | X withdrawn, 0/0 | adjusted, withdrew 1 | X withdrawn, 0/0
  reserve  | sweep    | at once | insufficient_stock   | expired 0            | X active, 1/1    | expired 0            | X active, 1/1
  extend   | reserve  | at once | extended             | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  extend   | extend   | waits   | extended             | extended             | X active, 1/1    | extended             | X active, 1/1
  extend   | set      | waits   | extended             | held                 | X active, 1/1    | held                 | X active, 1/1
  extend   | release  | waits   | extended             | released 1           | X released, 0/1  | released 1           | X released, 0/1
  extend   | expire   | waits   | extended             | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  extend   | transfer | waits   | extended             | transferred 1        | U active, 1/1    | transferred 1        | U active, 1/1
  extend   | adjust   | waits   | extended             | adjusted, withdrew 1 | X withdrawn, 0/0 | adjusted, withdrew 1 | X withdrawn, 0/0
  extend   | sweep    | at once | extended             | expired 0            | X active, 1/1    | expired 0            | X active, 1/1
  set      | reserve  | at once | held                 | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  set      | extend   | waits   | held                 | extended             | X active, 1/1    | extended             | X active, 1/1
  set      | set      | waits   | held                 | held                 | X active, 1/1    | held                 | X active, 1/1
  set      | release  | waits   | held                 | released 1           | X released, 0/1  | released 1           | X released, 0/1
  set      | expire   | waits   | held                 | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  set      | transfer | waits   | held                 | transferred 1        | U active, 1/1    | transferred 1        | U active, 1/1
  set      | adjust   | waits   | held                 | adjusted, withdrew 1 | X withdrawn, 0/0 | adjusted, withdrew 1 | X withdrawn, 0/0
  set      | sweep    | at once | held                 | expired 0            | X active, 1/1    | expired 0            | X active, 1/1
  release  | reserve  | at once | released 1           | insufficient_stock   | X released, 0/1  | insufficient_stock   | X active, 1/1
  release  | extend   | waits   | released 1           | reservation_ended    | X released, 0/1  | extended             | X active, 1/1
  release  | set      | waits   | released 1           | reservation_ended    | X released, 0/1  | held                 | X active, 1/1
  release  | release  | waits   | released 1           | released 0           | X released, 0/1  | released 1           | X released, 0/1
  release  | expire   | waits   | released 1           | insufficient_stock   | X released, 0/1  | insufficient_stock   | X active, 1/1
  release  | transfer | waits   | released 1           | transferred 0        | U released, 0/1  | transferred 1        | U active, 1/1
  release  | adjust   | waits   | released 1           | adjusted             | X released, 0/0  | adjusted, withdrew 1 | X withdrawn, 0/0
  release  | sweep    | at once | released 1           | expired 0            | X released, 0/1  | expired 0            | X active, 1/1
  expire   | reserve  | at once | insufficient_stock   | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  expire   | extend   | waits   | insufficient_stock   | extended             | X active, 1/1    | extended             | X active, 1/1
  expire   | set      | waits   | insufficient_stock   | held                 | X active, 1/1    | held                 | X active, 1/1
  expire   | release  | waits   | insufficient_stock   | released 1           | X released, 0/1  | released 1           | X released, 0/1
  expire   | expire   | waits   | insufficient_stock   | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  expire   | transfer | waits   | insufficient_stock   | transferred 1        | U active, 1/1    | transferred 1        | U active, 1/1
  expire   | adjust   | waits   | insufficient_stock   | adjusted, withdrew 1 | X withdrawn, 0/0 | adjusted, withdrew 1 | X withdrawn, 0/0
  expire   | sweep    | at once | insufficient_stock   | expired 0            | X active, 1/1    | expired 0            | X active, 1/1
  transfer | reserve  | at once | transferred 1        | insufficient_stock   | U active, 1/1    | insufficient_stock   | X active, 1/1
  transfer | extend   | waits   | transferred 1        | extended             | U active, 1/1    | extended             | X active, 1/1
  transfer | set      | waits   | transferred 1        | held                 | U active, 1/1    | held                 | X active, 1/1
  transfer | release  | waits   | transferred 1        | released 1           | U released, 0/1  | released 1           | X released, 0/1
  transfer | expire   | waits   | transferred 1        | insufficient_stock   | U active, 1/1    | insufficient_stock   | X active, 1/1
  transfer | transfer | waits   | transferred 1        | transferred 0        | U active, 1/1    | transferred 1        | U active, 1/1
  transfer | adjust   | waits   | transferred 1        | adjusted, withdrew 1 | U withdrawn, 0/0 | adjusted, withdrew 1 | X withdrawn, 0/0
  transfer | sweep    | at once | transferred 1        | expired 0            | U active, 1/1    | expired 0            | X active, 1/1
  adjust   | reserve  | at once | adjusted, withdrew 1 | insufficient_stock   | X withdrawn, 0/0 | insufficient_stock   | X active, 1/1
  adjust   | extend   | waits   | adjusted, withdrew 1 | reservation_ended    | X withdrawn, 0/0 | extended             | X active, 1/1
  adjust   | set      | waits   | adjusted, withdrew 1 | reservation_ended    | X withdrawn, 0/0 | held                 | X active, 1/1
  adjust   | release  | waits   | adjusted, withdrew 1 | released 0           | X withdrawn, 0/0 | released 1           | X released, 0/1
  adjust   | expire   | waits   | adjusted, withdrew 1 | insufficient_stock   | X withdrawn, 0/0 | insufficient_stock   | X active, 1/1
  adjust   | transfer | waits   | adjusted, withdrew 1 | transferred 0        | U withdrawn, 0/0 | transferred 1        | U active, 1/1
  adjust   | adjust   | waits   | adjusted, withdrew 1 | below_zero           | X withdrawn, 0/0 | adjusted, withdrew 1 | X withdrawn, 0/0
  adjust   | sweep    | at once | adjusted, withdrew 1 | expired 0            | X withdrawn, 0/0 | expired 0            | X active, 1/1
  sweep    | reserve  | at once | expired 0            | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  sweep    | extend   | at once | expired 0            | extended             | X active, 1/1    | extended             | X active, 1/1
  sweep    | set      | at once | expired 0            | held                 | X active, 1/1    | held                 | X active, 1/1
  sweep    | release  | at once | expired 0            | released 1           | X released, 0/1  | released 1           | X released, 0/1
  sweep    | expire   | at once | expired 0            | insufficient_stock   | X active, 1/1    | insufficient_stock   | X active, 1/1
  sweep    | transfer | at once | expired 0            | transferred 1        | U active, 1/1    | transferred 1        | U active, 1/1
  sweep    | adjust   | at once | expired 0            | adjusted, withdrew 1 | X withdrawn, 0/0 | adjusted, withdrew 1 | X withdrawn, 0/0
  sweep    | sweep    | at once | expired 0            | expired 0            | X active, 1/1    | expired 0            | X active, 1/1
  `,
  );
});

describe("X asks in the first session, Y in the second; the first sign-in makes X the user Y, the second U", () => {
  testInterleavings(
    { hold: "live", second: "Y", onHand: 1 },
    `
  reserve  | reserve  | at once | insufficient_stock   | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  reserve  | extend   | at once | insufficient_stock   | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  reserve  | set      | at once | insufficient_stock   | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  reserve  | release  | at once | insufficient_stock   | released 0            | X active, 1/1    | released 0            | X active, 1/1
  reserve  | expire   | at once | insufficient_stock   | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  reserve  | transfer | at once | insufficient_stock   | transferred 1         | U active, 1/1    | transferred 1         | U active, 1/1
  reserve  | adjust   | at once | insufficient_stock   | adjusted, withdrew 1  | X withdrawn, 0/0 | adjusted, withdrew 1  | X withdrawn, 0/0
  reserve  | sweep    | at once | insufficient_stock   | expired 0             | X active, 1/1    | expired 0             | X active, 1/1
  extend   | reserve  | at once | extended             | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  extend   | extend   | at once | extended             | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  extend   | set      | at once | extended             | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  extend   | release  | at once | extended             | released 0            | X active, 1/1    | released 0            | X active, 1/1
  extend   | expire   | waits   | extended             | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  extend   | transfer | waits   | extended             | transferred 1         | U active, 1/1    | transferred 1         | U active, 1/1
  extend   | adjust   | waits   | extended             | adjusted, withdrew 1  | X withdrawn, 0/0 | adjusted, withdrew 1  | X withdrawn, 0/0
  extend   | sweep    | at once | extended             | expired 0             | X active, 1/1    | expired 0             | X active, 1/1
  set      | reserve  | at once | held                 | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  set      | extend   | at once | held                 | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  set      | set      | at once | held                 | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  set      | release  | at once | held                 | released 0            | X active, 1/1    | released 0            | X active, 1/1
  set      | expire   | waits   | held                 | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  set      | transfer | waits   | held                 | transferred 1         | U active, 1/1    | transferred 1         | U active, 1/1
  set      | adjust   | waits   | held                 | adjusted, withdrew 1  | X withdrawn, 0/0 | adjusted, withdrew 1  | X withdrawn, 0/0
  set      | sweep    | at once | held                 | expired 0             | X active, 1/1    | expired 0             | X active, 1/1
  release  | reserve  | at once | released 1           | insufficient_stock    | X released, 0/1  | insufficient_stock    | X active, 1/1
  release  | extend   | at once | released 1           | reservation_not_found | X released, 0/1  | reservation_not_found | X active, 1/1
  release  | set      | at once | released 1           | reservation_not_found | X released, 0/1  | reservation_not_found | X active, 1/1
  release  | release  | at once | released 1           | released 0            | X released, 0/1  | released 0            | X active, 1/1
  release  | expire   | waits   | released 1           | insufficient_stock    | X released, 0/1  | insufficient_stock    | X active, 1/1
  release  | transfer | waits   | released 1           | transferred 0         | U released, 0/1  | transferred 1         | U active, 1/1
  release  | adjust   | waits   | released 1           | adjusted              | X released, 0/0  | adjusted, withdrew 1  | X withdrawn, 0/0
  release  | sweep    | at once | released 1           | expired 0             | X released, 0/1  | expired 0             | X active, 1/1
  expire   | reserve  | at once | insufficient_stock   | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  expire   | extend   | at once | insufficient_stock   | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  expire   | set      | at once | insufficient_stock   | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  expire   | release  | at once | insufficient_stock   | released 0            | X active, 1/1    | released 0            | X active, 1/1
  expire   | expire   | waits   | insufficient_stock   | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  expire   | transfer | waits   | insufficient_stock   | transferred 1         | U active, 1/1    | transferred 1         | U active, 1/1
  expire   | adjust   | waits   | insufficient_stock   | adjusted, withdrew 1  | X withdrawn, 0/0 | adjusted, withdrew 1  | X withdrawn, 0/0
  expire   | sweep    | at once | insufficient_stock   | expired 0             | X active, 1/1    | expired 0             | X active, 1/1
  transfer | reserve  | at once | transferred 1        | insufficient_stock    | Y active, 1/1    | insufficient_stock    | X active, 1/1
  transfer | extend   | at once | transferred 1        | reservation_not_found | Y active, 1/1    | reservation_not_found | X active, 1/1
  transfer | set      | at once | transferred 1        | reservation_not_found | Y active, 1/1    | reservation_not_found | X active, 1/1
  transfer | release  | at once | transferred 1        | released 0            | Y active, 1/1    | released 0            | X active, 1/1
  transfer | expire   | waits   | transferred 1        | insufficient_stock    | Y active, 1/1    | insufficient_stock    | X active, 1/1
  transfer | transfer | waits   | transferred 1        | already_merged        | Y active, 1/1    | transferred 1         | U active, 1/1
  transfer | adjust   | waits   | transferred 1        | adjusted, withdrew 1  | Y withdrawn, 0/0 | adjusted, withdrew 1  | X withdrawn, 0/0
  transfer | sweep    | at once | transferred 1        | expired 0             | Y active, 1/1    | expired 0             | X active, 1/1
  adjust   | reserve  | at once | adjusted, withdrew 1 | insufficient_stock    | X withdrawn, 0/0 | insufficient_stock    | X active, 1/1
  adjust   | extend   | at once | adjusted, withdrew 1 | reservation_not_found | X withdrawn, 0/0 | reservation_not_found | X active, 1/1
  adjust   | set      | at once | adjusted, withdrew 1 | reservation_not_found | X withdrawn, 0/0 | reservation_not_found | X active, 1/1
  adjust   | release  | at once | adjusted, withdrew 1 | released 0            | X withdrawn, 0/0 | released 0            | X active, 1/1
  adjust   | expire   | waits   | adjusted, withdrew 1 | insufficient_stock    | X withdrawn, 0/0 | insufficient_stock    | X active, 1/1
  adjust   | transfer | waits   | adjusted, withdrew 1 | transferred 0         | U withdrawn, 0/0 | transferred 1         | U active, 1/1
  adjust   | adjust   | waits   | adjusted, withdrew 1 | below_zero            | X withdrawn, 0/0 | adjusted, withdrew 1  | X withdrawn, 0/0
  adjust   | sweep    | at once | adjusted, withdrew 1 | expired 0             | X withdrawn, 0/0 | expired 0             | X active, 1/1
  sweep    | reserve  | at once | expired 0            | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  sweep    | extend   | at once | expired 0            | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  sweep    | set      | at once | expired 0            | reservation_not_found | X active, 1/1    | reservation_not_found | X active, 1/1
  sweep    | release  | at once | expired 0            | released 0            | X active, 1/1    | released 0            | X active, 1/1
  sweep    | expire   | at once | expired 0            | insufficient_stock    | X active, 1/1    | insufficient_stock    | X active, 1/1
  sweep    | transfer | at once | expired 0            | transferred 1         | U active, 1/1    | transferred 1         | U active, 1/1
  sweep    | adjust   | at once | expired 0            | adjusted, withdrew 1  | X withdrawn, 0/0 | adjusted, withdrew 1  | X withdrawn, 0/0
  sweep    | sweep    | at once | expired 0            | expired 0             | X active, 1/1    | expired 0             | X active, 1/1
  `,
  );
});
