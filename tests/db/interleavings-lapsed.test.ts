import { describe } from "vitest";
import { testInterleavings } from "./interleavings.ts";

// The only unit was held by X, and nobody has swept what lapsed. What each operation is, and how a row is played, is in interleavings.ts.
// A row: first | second | does the second wait | what the first says
// | what the second says, and what there is then, when the first has committed | the same when it has given up.
// A hold is active, lapsed (its time is over, nobody marked it), or ended; then come reserved/on_hand.

describe("X asks in both sessions; a sign-in makes X the user U", () => {
  testInterleavings(
    { hold: "lapsed", second: "X", onHand: 1 },
    `
  reserve  | reserve  | waits   | held               | insufficient_stock          | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  reserve  | extend   | waits   | held               | held_again                  | X expired, X active, 1/1    | held_again         | X expired, X active, 1/1
  reserve  | set      | waits   | held               | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  reserve  | release  | waits   | held               | released 0                  | X expired, X active, 1/1    | released 0         | X expired, 0/1
  reserve  | expire   | waits   | held               | insufficient_stock          | X expired, X active, 1/1    | insufficient_stock | X expired, 0/1
  reserve  | transfer | waits   | held               | transferred 2               | U expired, U active, 1/1    | transferred 1      | U expired, 0/1
  reserve  | adjust   | waits   | held               | adjusted, withdrew 1        | X expired, X withdrawn, 0/0 | adjusted           | X expired, 0/0
  reserve  | sweep    | waits   | held               | expired 0                   | X expired, X active, 1/1    | expired 1          | X expired, 0/1
  extend   | reserve  | waits   | held_again         | insufficient_stock          | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  extend   | extend   | waits   | held_again         | held_again                  | X expired, X active, 1/1    | held_again         | X expired, X active, 1/1
  extend   | set      | waits   | held_again         | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  extend   | release  | waits   | held_again         | released 0                  | X expired, X active, 1/1    | released 0         | X expired, 0/1
  extend   | expire   | waits   | held_again         | insufficient_stock          | X expired, X active, 1/1    | insufficient_stock | X expired, 0/1
  extend   | transfer | waits   | held_again         | transferred 2               | U expired, U active, 1/1    | transferred 1      | U expired, 0/1
  extend   | adjust   | waits   | held_again         | adjusted, withdrew 1        | X expired, X withdrawn, 0/0 | adjusted           | X expired, 0/0
  extend   | sweep    | waits   | held_again         | expired 0                   | X expired, X active, 1/1    | expired 1          | X expired, 0/1
  set      | reserve  | waits   | held               | insufficient_stock          | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  set      | extend   | waits   | held               | held_again                  | X expired, X active, 1/1    | held_again         | X expired, X active, 1/1
  set      | set      | waits   | held               | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  set      | release  | waits   | held               | released 0                  | X expired, X active, 1/1    | released 0         | X expired, 0/1
  set      | expire   | waits   | held               | insufficient_stock          | X expired, X active, 1/1    | insufficient_stock | X expired, 0/1
  set      | transfer | waits   | held               | transferred 2               | U expired, U active, 1/1    | transferred 1      | U expired, 0/1
  set      | adjust   | waits   | held               | adjusted, withdrew 1        | X expired, X withdrawn, 0/0 | adjusted           | X expired, 0/0
  set      | sweep    | waits   | held               | expired 0                   | X expired, X active, 1/1    | expired 1          | X expired, 0/1
  release  | reserve  | waits   | released 0         | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  release  | extend   | waits   | released 0         | held_again                  | X expired, X active, 1/1    | held_again         | X expired, X active, 1/1
  release  | set      | waits   | released 0         | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  release  | release  | waits   | released 0         | released 0                  | X expired, 0/1              | released 0         | X expired, 0/1
  release  | expire   | waits   | released 0         | insufficient_stock          | X expired, 0/1              | insufficient_stock | X expired, 0/1
  release  | transfer | waits   | released 0         | transferred 1               | U expired, 0/1              | transferred 1      | U expired, 0/1
  release  | adjust   | waits   | released 0         | adjusted                    | X expired, 0/0              | adjusted           | X expired, 0/0
  release  | sweep    | waits   | released 0         | expired 0                   | X expired, 0/1              | expired 1          | X expired, 0/1
  expire   | reserve  | waits   | insufficient_stock | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  expire   | extend   | waits   | insufficient_stock | held_again                  | X expired, X active, 1/1    | held_again         | X expired, X active, 1/1
  expire   | set      | waits   | insufficient_stock | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  expire   | release  | waits   | insufficient_stock | released 0                  | X expired, 0/1              | released 0         | X expired, 0/1
  expire   | expire   | waits   | insufficient_stock | insufficient_stock          | X expired, 0/1              | insufficient_stock | X expired, 0/1
  expire   | transfer | waits   | insufficient_stock | transferred 1               | U expired, 0/1              | transferred 1      | U expired, 0/1
  expire   | adjust   | waits   | insufficient_stock | adjusted                    | X expired, 0/0              | adjusted           | X expired, 0/0
  expire   | sweep    | waits   | insufficient_stock | expired 0                   | X expired, 0/1              | expired 1          | X expired, 0/1
  transfer | reserve  | waits   | transferred 1      | held                        | U expired, U active, 1/1    | held               | X expired, X active, 1/1
  transfer | extend   | waits   | transferred 1      | held_again                  | U expired, U active, 1/1    | held_again         | X expired, X active, 1/1
  transfer | set      | waits   | transferred 1      | held                        | U expired, U active, 1/1    | held               | X expired, X active, 1/1
  transfer | release  | waits   | transferred 1      | released 0                  | U expired, 0/1              | released 0         | X expired, 0/1
  transfer | expire   | waits   | transferred 1      | insufficient_stock          | U expired, 0/1              | insufficient_stock | X expired, 0/1
  transfer | transfer | waits   | transferred 1      | transferred 0               | U expired, 0/1              | transferred 1      | U expired, 0/1
  transfer | adjust   | waits   | transferred 1      | adjusted                    | U expired, 0/0              | adjusted           | X expired, 0/0
  transfer | sweep    | waits   | transferred 1      | expired 0                   | U expired, 0/1              | expired 1          | X expired, 0/1
  adjust   | reserve  | waits   | adjusted           | insufficient_stock          | X expired, 0/0              | held               | X expired, X active, 1/1
  adjust   | extend   | waits   | adjusted           | expired: insufficient_stock | X expired, 0/0              | held_again         | X expired, X active, 1/1
  adjust   | set      | waits   | adjusted           | insufficient_stock          | X expired, 0/0              | held               | X expired, X active, 1/1
  adjust   | release  | waits   | adjusted           | released 0                  | X expired, 0/0              | released 0         | X expired, 0/1
  adjust   | expire   | waits   | adjusted           | insufficient_stock          | X expired, 0/0              | insufficient_stock | X expired, 0/1
  adjust   | transfer | waits   | adjusted           | transferred 1               | U expired, 0/0              | transferred 1      | U expired, 0/1
  adjust   | adjust   | waits   | adjusted           | below_zero                  | X expired, 0/0              | adjusted           | X expired, 0/0
  adjust   | sweep    | waits   | adjusted           | expired 0                   | X expired, 0/0              | expired 1          | X expired, 0/1
  sweep    | reserve  | waits   | expired 1          | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  sweep    | extend   | waits   | expired 1          | held_again                  | X expired, X active, 1/1    | held_again         | X expired, X active, 1/1
  sweep    | set      | waits   | expired 1          | held                        | X expired, X active, 1/1    | held               | X expired, X active, 1/1
  sweep    | release  | waits   | expired 1          | released 0                  | X expired, 0/1              | released 0         | X expired, 0/1
  sweep    | expire   | waits   | expired 1          | insufficient_stock          | X expired, 0/1              | insufficient_stock | X expired, 0/1
  sweep    | transfer | waits   | expired 1          | transferred 1               | U expired, 0/1              | transferred 1      | U expired, 0/1
  sweep    | adjust   | waits   | expired 1          | adjusted                    | X expired, 0/0              | adjusted           | X expired, 0/0
  sweep    | sweep    | waits   | expired 1          | expired 0                   | X expired, 0/1              | expired 1          | X expired, 0/1
  `,
  );
});

describe("X asks in the first session, Y in the second; the first sign-in makes X the user Y, the second U", () => {
  testInterleavings(
    { hold: "lapsed", second: "Y", onHand: 1 },
    `
  reserve  | reserve  | waits   | held               | insufficient_stock    | X expired, X active, 1/1    | held                  | X expired, Y active, 1/1
  reserve  | extend   | at once | held               | reservation_not_found | X expired, X active, 1/1    | reservation_not_found | X lapsed, 1/1
  reserve  | set      | at once | held               | reservation_not_found | X expired, X active, 1/1    | reservation_not_found | X lapsed, 1/1
  reserve  | release  | at once | held               | released 0            | X expired, X active, 1/1    | released 0            | X lapsed, 1/1
  reserve  | expire   | waits   | held               | insufficient_stock    | X expired, X active, 1/1    | insufficient_stock    | X expired, 0/1
  reserve  | transfer | waits   | held               | transferred 2         | U expired, U active, 1/1    | transferred 1         | U expired, 0/1
  reserve  | adjust   | waits   | held               | adjusted, withdrew 1  | X expired, X withdrawn, 0/0 | adjusted              | X expired, 0/0
  reserve  | sweep    | waits   | held               | expired 0             | X expired, X active, 1/1    | expired 1             | X expired, 0/1
  extend   | reserve  | waits   | held_again         | insufficient_stock    | X expired, X active, 1/1    | held                  | X expired, Y active, 1/1
  extend   | extend   | at once | held_again         | reservation_not_found | X expired, X active, 1/1    | reservation_not_found | X lapsed, 1/1
  extend   | set      | at once | held_again         | reservation_not_found | X expired, X active, 1/1    | reservation_not_found | X lapsed, 1/1
  extend   | release  | at once | held_again         | released 0            | X expired, X active, 1/1    | released 0            | X lapsed, 1/1
  extend   | expire   | waits   | held_again         | insufficient_stock    | X expired, X active, 1/1    | insufficient_stock    | X expired, 0/1
  extend   | transfer | waits   | held_again         | transferred 2         | U expired, U active, 1/1    | transferred 1         | U expired, 0/1
  extend   | adjust   | waits   | held_again         | adjusted, withdrew 1  | X expired, X withdrawn, 0/0 | adjusted              | X expired, 0/0
  extend   | sweep    | waits   | held_again         | expired 0             | X expired, X active, 1/1    | expired 1             | X expired, 0/1
  set      | reserve  | waits   | held               | insufficient_stock    | X expired, X active, 1/1    | held                  | X expired, Y active, 1/1
  set      | extend   | at once | held               | reservation_not_found | X expired, X active, 1/1    | reservation_not_found | X lapsed, 1/1
  set      | set      | at once | held               | reservation_not_found | X expired, X active, 1/1    | reservation_not_found | X lapsed, 1/1
  set      | release  | at once | held               | released 0            | X expired, X active, 1/1    | released 0            | X lapsed, 1/1
  set      | expire   | waits   | held               | insufficient_stock    | X expired, X active, 1/1    | insufficient_stock    | X expired, 0/1
  set      | transfer | waits   | held               | transferred 2         | U expired, U active, 1/1    | transferred 1         | U expired, 0/1
  set      | adjust   | waits   | held               | adjusted, withdrew 1  | X expired, X withdrawn, 0/0 | adjusted              | X expired, 0/0
  set      | sweep    | waits   | held               | expired 0             | X expired, X active, 1/1    | expired 1             | X expired, 0/1
  release  | reserve  | waits   | released 0         | held                  | X expired, Y active, 1/1    | held                  | X expired, Y active, 1/1
  release  | extend   | at once | released 0         | reservation_not_found | X expired, 0/1              | reservation_not_found | X lapsed, 1/1
  release  | set      | at once | released 0         | reservation_not_found | X expired, 0/1              | reservation_not_found | X lapsed, 1/1
  release  | release  | at once | released 0         | released 0            | X expired, 0/1              | released 0            | X lapsed, 1/1
  release  | expire   | waits   | released 0         | insufficient_stock    | X expired, 0/1              | insufficient_stock    | X expired, 0/1
  release  | transfer | waits   | released 0         | transferred 1         | U expired, 0/1              | transferred 1         | U expired, 0/1
  release  | adjust   | waits   | released 0         | adjusted              | X expired, 0/0              | adjusted              | X expired, 0/0
  release  | sweep    | waits   | released 0         | expired 0             | X expired, 0/1              | expired 1             | X expired, 0/1
  expire   | reserve  | waits   | insufficient_stock | held                  | X expired, Y active, 1/1    | held                  | X expired, Y active, 1/1
  expire   | extend   | at once | insufficient_stock | reservation_not_found | X expired, 0/1              | reservation_not_found | X lapsed, 1/1
  expire   | set      | at once | insufficient_stock | reservation_not_found | X expired, 0/1              | reservation_not_found | X lapsed, 1/1
  expire   | release  | at once | insufficient_stock | released 0            | X expired, 0/1              | released 0            | X lapsed, 1/1
  expire   | expire   | waits   | insufficient_stock | insufficient_stock    | X expired, 0/1              | insufficient_stock    | X expired, 0/1
  expire   | transfer | waits   | insufficient_stock | transferred 1         | U expired, 0/1              | transferred 1         | U expired, 0/1
  expire   | adjust   | waits   | insufficient_stock | adjusted              | X expired, 0/0              | adjusted              | X expired, 0/0
  expire   | sweep    | waits   | insufficient_stock | expired 0             | X expired, 0/1              | expired 1             | X expired, 0/1
  transfer | reserve  | waits   | transferred 1      | held                  | Y expired, Y active, 1/1    | held                  | X expired, Y active, 1/1
  transfer | extend   | at once | transferred 1      | reservation_not_found | Y expired, 0/1              | reservation_not_found | X lapsed, 1/1
  transfer | set      | at once | transferred 1      | reservation_not_found | Y expired, 0/1              | reservation_not_found | X lapsed, 1/1
  transfer | release  | at once | transferred 1      | released 0            | Y expired, 0/1              | released 0            | X lapsed, 1/1
  transfer | expire   | waits   | transferred 1      | insufficient_stock    | Y expired, 0/1              | insufficient_stock    | X expired, 0/1
  transfer | transfer | waits   | transferred 1      | already_merged        | Y expired, 0/1              | transferred 1         | U expired, 0/1
  transfer | adjust   | waits   | transferred 1      | adjusted              | Y expired, 0/0              | adjusted              | X expired, 0/0
  transfer | sweep    | waits   | transferred 1      | expired 0             | Y expired, 0/1              | expired 1             | X expired, 0/1
  adjust   | reserve  | waits   | adjusted           | insufficient_stock    | X expired, 0/0              | held                  | X expired, Y active, 1/1
  adjust   | extend   | at once | adjusted           | reservation_not_found | X expired, 0/0              | reservation_not_found | X lapsed, 1/1
  adjust   | set      | at once | adjusted           | reservation_not_found | X expired, 0/0              | reservation_not_found | X lapsed, 1/1
  adjust   | release  | at once | adjusted           | released 0            | X expired, 0/0              | released 0            | X lapsed, 1/1
  adjust   | expire   | waits   | adjusted           | insufficient_stock    | X expired, 0/0              | insufficient_stock    | X expired, 0/1
  adjust   | transfer | waits   | adjusted           | transferred 1         | U expired, 0/0              | transferred 1         | U expired, 0/1
  adjust   | adjust   | waits   | adjusted           | below_zero            | X expired, 0/0              | adjusted              | X expired, 0/0
  adjust   | sweep    | waits   | adjusted           | expired 0             | X expired, 0/0              | expired 1             | X expired, 0/1
  sweep    | reserve  | waits   | expired 1          | held                  | X expired, Y active, 1/1    | held                  | X expired, Y active, 1/1
  sweep    | extend   | at once | expired 1          | reservation_not_found | X expired, 0/1              | reservation_not_found | X lapsed, 1/1
  sweep    | set      | at once | expired 1          | reservation_not_found | X expired, 0/1              | reservation_not_found | X lapsed, 1/1
  sweep    | release  | at once | expired 1          | released 0            | X expired, 0/1              | released 0            | X lapsed, 1/1
  sweep    | expire   | waits   | expired 1          | insufficient_stock    | X expired, 0/1              | insufficient_stock    | X expired, 0/1
  sweep    | transfer | waits   | expired 1          | transferred 1         | U expired, 0/1              | transferred 1         | U expired, 0/1
  sweep    | adjust   | waits   | expired 1          | adjusted              | X expired, 0/0              | adjusted              | X expired, 0/0
  sweep    | sweep    | waits   | expired 1          | expired 0             | X expired, 0/1              | expired 1             | X expired, 0/1
  `,
  );
});
