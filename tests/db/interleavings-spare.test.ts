import { describe } from "vitest";
import { testInterleavings } from "./interleavings.ts";

// One of two units is held by X, the other is free. What each operation is, and how a row is played, is in interleavings.ts.
// A row: first | second | does the second wait | what the first says
// | what the second says, and what there is then, when the first has committed | the same when it has given up.
// A hold is active, lapsed (its time is over, nobody marked it), or ended; then come reserved/on_hand.

describe("X asks in both sessions; a sign-in makes X the user U", () => {
  testInterleavings(
    { hold: "live", second: "X", onHand: 2 },
    `
  reserve  | reserve  | waits   | held               | insufficient_stock   | X active×2, 2/2           | held               | X active×2, 2/2
  reserve  | extend   | waits   | held               | extended             | X active×2, 2/2           | extended           | X active, 1/2
  reserve  | set      | waits   | held               | held                 | X active×2, 2/2           | held               | X active×2, 2/2
  reserve  | release  | waits   | held               | released 1           | X released×2, 0/2         | released 1         | X released, 0/2
  reserve  | expire   | waits   | held               | insufficient_stock   | X active×2, 2/2           | insufficient_stock | X active, 1/2
  reserve  | transfer | waits   | held               | transferred 1        | U active×2, 2/2           | transferred 1      | U active, 1/2
  reserve  | adjust   | waits   | held               | adjusted, withdrew 1 | X withdrawn×2, 0/1        | adjusted           | X active, 1/1
  reserve  | sweep    | at once | held               | expired 0            | X active×2, 2/2           | expired 0          | X active, 1/2
  extend   | reserve  | waits   | extended           | held                 | X active×2, 2/2           | held               | X active×2, 2/2
  extend   | extend   | waits   | extended           | extended             | X active, 1/2             | extended           | X active, 1/2
  extend   | set      | waits   | extended           | held                 | X active×2, 2/2           | held               | X active×2, 2/2
  extend   | release  | waits   | extended           | released 1           | X released, 0/2           | released 1         | X released, 0/2
  extend   | expire   | waits   | extended           | insufficient_stock   | X active, 1/2             | insufficient_stock | X active, 1/2
  extend   | transfer | waits   | extended           | transferred 1        | U active, 1/2             | transferred 1      | U active, 1/2
  extend   | adjust   | waits   | extended           | adjusted             | X active, 1/1             | adjusted           | X active, 1/1
  extend   | sweep    | at once | extended           | expired 0            | X active, 1/2             | expired 0          | X active, 1/2
  set      | reserve  | waits   | held               | insufficient_stock   | X active×2, 2/2           | held               | X active×2, 2/2
  set      | extend   | waits   | held               | extended             | X active×2, 2/2           | extended           | X active, 1/2
  set      | set      | waits   | held               | held                 | X active×2, 2/2           | held               | X active×2, 2/2
  set      | release  | waits   | held               | released 1           | X released×2, 0/2         | released 1         | X released, 0/2
  set      | expire   | waits   | held               | insufficient_stock   | X active×2, 2/2           | insufficient_stock | X active, 1/2
  set      | transfer | waits   | held               | transferred 1        | U active×2, 2/2           | transferred 1      | U active, 1/2
  set      | adjust   | waits   | held               | adjusted, withdrew 1 | X withdrawn×2, 0/1        | adjusted           | X active, 1/1
  set      | sweep    | at once | held               | expired 0            | X active×2, 2/2           | expired 0          | X active, 1/2
  release  | reserve  | waits   | released 1         | held                 | X released, X active, 1/2 | held               | X active×2, 2/2
  release  | extend   | waits   | released 1         | reservation_ended    | X released, 0/2           | extended           | X active, 1/2
  release  | set      | waits   | released 1         | reservation_ended    | X released, 0/2           | held               | X active×2, 2/2
  release  | release  | waits   | released 1         | released 0           | X released, 0/2           | released 1         | X released, 0/2
  release  | expire   | waits   | released 1         | insufficient_stock   | X released, 0/2           | insufficient_stock | X active, 1/2
  release  | transfer | waits   | released 1         | transferred 0        | U released, 0/2           | transferred 1      | U active, 1/2
  release  | adjust   | waits   | released 1         | adjusted             | X released, 0/1           | adjusted           | X active, 1/1
  release  | sweep    | at once | released 1         | expired 0            | X released, 0/2           | expired 0          | X active, 1/2
  expire   | reserve  | waits   | insufficient_stock | held                 | X active×2, 2/2           | held               | X active×2, 2/2
  expire   | extend   | waits   | insufficient_stock | extended             | X active, 1/2             | extended           | X active, 1/2
  expire   | set      | waits   | insufficient_stock | held                 | X active×2, 2/2           | held               | X active×2, 2/2
  expire   | release  | waits   | insufficient_stock | released 1           | X released, 0/2           | released 1         | X released, 0/2
  expire   | expire   | waits   | insufficient_stock | insufficient_stock   | X active, 1/2             | insufficient_stock | X active, 1/2
  expire   | transfer | waits   | insufficient_stock | transferred 1        | U active, 1/2             | transferred 1      | U active, 1/2
  expire   | adjust   | waits   | insufficient_stock | adjusted             | X active, 1/1             | adjusted           | X active, 1/1
  expire   | sweep    | at once | insufficient_stock | expired 0            | X active, 1/2             | expired 0          | X active, 1/2
  transfer | reserve  | waits   | transferred 1      | held                 | U active×2, 2/2           | held               | X active×2, 2/2
  transfer | extend   | waits   | transferred 1      | extended             | U active, 1/2             | extended           | X active, 1/2
  transfer | set      | waits   | transferred 1      | held                 | U active×2, 2/2           | held               | X active×2, 2/2
  transfer | release  | waits   | transferred 1      | released 1           | U released, 0/2           | released 1         | X released, 0/2
  transfer | expire   | waits   | transferred 1      | insufficient_stock   | U active, 1/2             | insufficient_stock | X active, 1/2
  transfer | transfer | waits   | transferred 1      | transferred 0        | U active, 1/2             | transferred 1      | U active, 1/2
  transfer | adjust   | waits   | transferred 1      | adjusted             | U active, 1/1             | adjusted           | X active, 1/1
  transfer | sweep    | at once | transferred 1      | expired 0            | U active, 1/2             | expired 0          | X active, 1/2
  adjust   | reserve  | waits   | adjusted           | insufficient_stock   | X active, 1/1             | held               | X active×2, 2/2
  adjust   | extend   | waits   | adjusted           | extended             | X active, 1/1             | extended           | X active, 1/2
  adjust   | set      | waits   | adjusted           | insufficient_stock   | X active, 1/1             | held               | X active×2, 2/2
  adjust   | release  | waits   | adjusted           | released 1           | X released, 0/1           | released 1         | X released, 0/2
  adjust   | expire   | waits   | adjusted           | insufficient_stock   | X active, 1/1             | insufficient_stock | X active, 1/2
  adjust   | transfer | waits   | adjusted           | transferred 1        | U active, 1/1             | transferred 1      | U active, 1/2
  adjust   | adjust   | waits   | adjusted           | adjusted, withdrew 1 | X withdrawn, 0/0          | adjusted           | X active, 1/1
  adjust   | sweep    | at once | adjusted           | expired 0            | X active, 1/1             | expired 0          | X active, 1/2
  sweep    | reserve  | at once | expired 0          | held                 | X active×2, 2/2           | held               | X active×2, 2/2
  sweep    | extend   | at once | expired 0          | extended             | X active, 1/2             | extended           | X active, 1/2
  sweep    | set      | at once | expired 0          | held                 | X active×2, 2/2           | held               | X active×2, 2/2
  sweep    | release  | at once | expired 0          | released 1           | X released, 0/2           | released 1         | X released, 0/2
  sweep    | expire   | at once | expired 0          | insufficient_stock   | X active, 1/2             | insufficient_stock | X active, 1/2
  sweep    | transfer | at once | expired 0          | transferred 1        | U active, 1/2             | transferred 1      | U active, 1/2
  sweep    | adjust   | at once | expired 0          | adjusted             | X active, 1/1             | adjusted           | X active, 1/1
  sweep    | sweep    | at once | expired 0          | expired 0            | X active, 1/2             | expired 0          | X active, 1/2
  `,
  );
});

describe("X asks in the first session, Y in the second; the first sign-in makes X the user Y, the second U", () => {
  testInterleavings(
    { hold: "live", second: "Y", onHand: 2 },
    `
  reserve  | reserve  | waits   | held               | insufficient_stock    | X active×2, 2/2           | held                  | X active, Y active, 2/2
  reserve  | extend   | at once | held               | reservation_not_found | X active×2, 2/2           | reservation_not_found | X active, 1/2
  reserve  | set      | at once | held               | reservation_not_found | X active×2, 2/2           | reservation_not_found | X active, 1/2
  reserve  | release  | at once | held               | released 0            | X active×2, 2/2           | released 0            | X active, 1/2
  reserve  | expire   | waits   | held               | insufficient_stock    | X active×2, 2/2           | insufficient_stock    | X active, 1/2
  reserve  | transfer | waits   | held               | transferred 1         | U active×2, 2/2           | transferred 1         | U active, 1/2
  reserve  | adjust   | waits   | held               | adjusted, withdrew 1  | X withdrawn×2, 0/1        | adjusted              | X active, 1/1
  reserve  | sweep    | at once | held               | expired 0             | X active×2, 2/2           | expired 0             | X active, 1/2
  extend   | reserve  | waits   | extended           | held                  | X active, Y active, 2/2   | held                  | X active, Y active, 2/2
  extend   | extend   | at once | extended           | reservation_not_found | X active, 1/2             | reservation_not_found | X active, 1/2
  extend   | set      | at once | extended           | reservation_not_found | X active, 1/2             | reservation_not_found | X active, 1/2
  extend   | release  | at once | extended           | released 0            | X active, 1/2             | released 0            | X active, 1/2
  extend   | expire   | waits   | extended           | insufficient_stock    | X active, 1/2             | insufficient_stock    | X active, 1/2
  extend   | transfer | waits   | extended           | transferred 1         | U active, 1/2             | transferred 1         | U active, 1/2
  extend   | adjust   | waits   | extended           | adjusted              | X active, 1/1             | adjusted              | X active, 1/1
  extend   | sweep    | at once | extended           | expired 0             | X active, 1/2             | expired 0             | X active, 1/2
  set      | reserve  | waits   | held               | insufficient_stock    | X active×2, 2/2           | held                  | X active, Y active, 2/2
  set      | extend   | at once | held               | reservation_not_found | X active×2, 2/2           | reservation_not_found | X active, 1/2
  set      | set      | at once | held               | reservation_not_found | X active×2, 2/2           | reservation_not_found | X active, 1/2
  set      | release  | at once | held               | released 0            | X active×2, 2/2           | released 0            | X active, 1/2
  set      | expire   | waits   | held               | insufficient_stock    | X active×2, 2/2           | insufficient_stock    | X active, 1/2
  set      | transfer | waits   | held               | transferred 1         | U active×2, 2/2           | transferred 1         | U active, 1/2
  set      | adjust   | waits   | held               | adjusted, withdrew 1  | X withdrawn×2, 0/1        | adjusted              | X active, 1/1
  set      | sweep    | at once | held               | expired 0             | X active×2, 2/2           | expired 0             | X active, 1/2
  release  | reserve  | waits   | released 1         | held                  | X released, Y active, 1/2 | held                  | X active, Y active, 2/2
  release  | extend   | at once | released 1         | reservation_not_found | X released, 0/2           | reservation_not_found | X active, 1/2
  release  | set      | at once | released 1         | reservation_not_found | X released, 0/2           | reservation_not_found | X active, 1/2
  release  | release  | at once | released 1         | released 0            | X released, 0/2           | released 0            | X active, 1/2
  release  | expire   | waits   | released 1         | insufficient_stock    | X released, 0/2           | insufficient_stock    | X active, 1/2
  release  | transfer | waits   | released 1         | transferred 0         | U released, 0/2           | transferred 1         | U active, 1/2
  release  | adjust   | waits   | released 1         | adjusted              | X released, 0/1           | adjusted              | X active, 1/1
  release  | sweep    | at once | released 1         | expired 0             | X released, 0/2           | expired 0             | X active, 1/2
  expire   | reserve  | waits   | insufficient_stock | held                  | X active, Y active, 2/2   | held                  | X active, Y active, 2/2
  expire   | extend   | at once | insufficient_stock | reservation_not_found | X active, 1/2             | reservation_not_found | X active, 1/2
  expire   | set      | at once | insufficient_stock | reservation_not_found | X active, 1/2             | reservation_not_found | X active, 1/2
  expire   | release  | at once | insufficient_stock | released 0            | X active, 1/2             | released 0            | X active, 1/2
  expire   | expire   | waits   | insufficient_stock | insufficient_stock    | X active, 1/2             | insufficient_stock    | X active, 1/2
  expire   | transfer | waits   | insufficient_stock | transferred 1         | U active, 1/2             | transferred 1         | U active, 1/2
  expire   | adjust   | waits   | insufficient_stock | adjusted              | X active, 1/1             | adjusted              | X active, 1/1
  expire   | sweep    | at once | insufficient_stock | expired 0             | X active, 1/2             | expired 0             | X active, 1/2
  transfer | reserve  | waits   | transferred 1      | held                  | Y active×2, 2/2           | held                  | X active, Y active, 2/2
  transfer | extend   | at once | transferred 1      | reservation_not_found | Y active, 1/2             | reservation_not_found | X active, 1/2
  transfer | set      | at once | transferred 1      | reservation_not_found | Y active, 1/2             | reservation_not_found | X active, 1/2
  transfer | release  | at once | transferred 1      | released 0            | Y active, 1/2             | released 0            | X active, 1/2
  transfer | expire   | waits   | transferred 1      | insufficient_stock    | Y active, 1/2             | insufficient_stock    | X active, 1/2
  transfer | transfer | waits   | transferred 1      | already_merged        | Y active, 1/2             | transferred 1         | U active, 1/2
  transfer | adjust   | waits   | transferred 1      | adjusted              | Y active, 1/1             | adjusted              | X active, 1/1
  transfer | sweep    | at once | transferred 1      | expired 0             | Y active, 1/2             | expired 0             | X active, 1/2
  adjust   | reserve  | waits   | adjusted           | insufficient_stock    | X active, 1/1             | held                  | X active, Y active, 2/2
  adjust   | extend   | at once | adjusted           | reservation_not_found | X active, 1/1             | reservation_not_found | X active, 1/2
  adjust   | set      | at once | adjusted           | reservation_not_found | X active, 1/1             | reservation_not_found | X active, 1/2
  adjust   | release  | at once | adjusted           | released 0            | X active, 1/1             | released 0            | X active, 1/2
  adjust   | expire   | waits   | adjusted           | insufficient_stock    | X active, 1/1             | insufficient_stock    | X active, 1/2
  adjust   | transfer | waits   | adjusted           | transferred 1         | U active, 1/1             | transferred 1         | U active, 1/2
  adjust   | adjust   | waits   | adjusted           | adjusted, withdrew 1  | X withdrawn, 0/0          | adjusted              | X active, 1/1
  adjust   | sweep    | at once | adjusted           | expired 0             | X active, 1/1             | expired 0             | X active, 1/2
  sweep    | reserve  | at once | expired 0          | held                  | X active, Y active, 2/2   | held                  | X active, Y active, 2/2
  sweep    | extend   | at once | expired 0          | reservation_not_found | X active, 1/2             | reservation_not_found | X active, 1/2
  sweep    | set      | at once | expired 0          | reservation_not_found | X active, 1/2             | reservation_not_found | X active, 1/2
  sweep    | release  | at once | expired 0          | released 0            | X active, 1/2             | released 0            | X active, 1/2
  sweep    | expire   | at once | expired 0          | insufficient_stock    | X active, 1/2             | insufficient_stock    | X active, 1/2
  sweep    | transfer | at once | expired 0          | transferred 1         | U active, 1/2             | transferred 1         | U active, 1/2
  sweep    | adjust   | at once | expired 0          | adjusted              | X active, 1/1             | adjusted              | X active, 1/1
  sweep    | sweep    | at once | expired 0          | expired 0             | X active, 1/2             | expired 0             | X active, 1/2
  `,
  );
});
