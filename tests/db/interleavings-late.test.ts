import { describe } from "vitest";
import { testPaying } from "./interleavings-paying.ts";

// What each operation is, is in interleavings-paying.ts and interleavings.ts; how a row is played, in
// interleavings-table.ts. A row: first | second | does the second wait | what the first says
// | what the second says, and what there is then, when the first has committed | the same when it has given up.
// What there is: the order, the holds, reserved/on_hand.

describe("X's payment ended without money and its window took the only unit; then the money comes after all", () => {
  testPaying(
    { hold: "live", second: "X", onHand: 1, stage: "given up" },
    `
  confirm  | reserve  | waits   | sold               | insufficient_stock          | paid, X expired, X confirmed, 0/0     | held               | cancelled, X expired, X active, 1/1
  reserve  | confirm  | waits   | held               | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | extend   | waits   | sold               | expired: insufficient_stock | paid, X expired, X confirmed, 0/0     | held_again         | cancelled, X expired, X active, 1/1
  extend   | confirm  | waits   | held_again         | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | set      | waits   | sold               | insufficient_stock          | paid, X expired, X confirmed, 0/0     | held               | cancelled, X expired, X active, 1/1
  set      | confirm  | waits   | held               | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | release  | waits   | sold               | released 0                  | paid, X expired, X confirmed, 0/0     | released 0         | cancelled, X expired, 0/1
  release  | confirm  | waits   | released 0         | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | expire   | waits   | sold               | insufficient_stock          | paid, X expired, X confirmed, 0/0     | insufficient_stock | cancelled, X expired, 0/1
  expire   | confirm  | waits   | insufficient_stock | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | transfer | waits   | sold               | transferred 1               | paid, U expired, U confirmed, 0/0     | transferred 1      | cancelled, U expired, 0/1
  transfer | confirm  | waits   | transferred 1      | sold                        | paid, U expired, U confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | adjust   | waits   | sold               | below_zero                  | paid, X expired, X confirmed, 0/0     | adjusted           | cancelled, X expired, 0/0
  adjust   | confirm  | waits   | adjusted           | refund_due                  | refunded_out_of_stock, X expired, 0/0 | sold               | paid, X expired, X confirmed, 0/0
  confirm  | sweep    | at once | sold               | expired 0                   | paid, X expired, X confirmed, 0/0     | expired 0          | cancelled, X expired, 0/1
  sweep    | confirm  | at once | expired 0          | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | pin      | waits   | sold               | cart_empty                  | paid, X expired, X confirmed, 0/0     | cart_empty         | cancelled, X expired, 0/1
  pin      | confirm  | waits   | cart_empty         | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | confirm  | waits   | sold               | already                     | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | unpin    | waits   | sold               | already                     | paid, X expired, X confirmed, 0/0     | already            | cancelled, X expired, 0/1
  unpin    | confirm  | waits   | already            | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  confirm  | give up  | waits   | sold               | already                     | paid, X expired, X confirmed, 0/0     | already            | cancelled, X expired, 0/1
  give up  | confirm  | waits   | already            | sold                        | paid, X expired, X confirmed, 0/0     | sold               | paid, X expired, X confirmed, 0/0
  `,
  );
});

describe("the same, and Y asks in the second session", () => {
  testPaying(
    { hold: "live", second: "Y", onHand: 1, stage: "given up" },
    `
  confirm  | reserve  | waits   | sold               | insufficient_stock    | paid, X expired, X confirmed, 0/0     | held                  | cancelled, X expired, Y active, 1/1
  reserve  | confirm  | waits   | held               | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | extend   | at once | sold               | reservation_not_found | paid, X expired, X confirmed, 0/0     | reservation_not_found | cancelled, X expired, 0/1
  extend   | confirm  | waits   | held_again         | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | set      | at once | sold               | reservation_not_found | paid, X expired, X confirmed, 0/0     | reservation_not_found | cancelled, X expired, 0/1
  set      | confirm  | waits   | held               | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | release  | at once | sold               | released 0            | paid, X expired, X confirmed, 0/0     | released 0            | cancelled, X expired, 0/1
  release  | confirm  | waits   | released 0         | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | expire   | waits   | sold               | insufficient_stock    | paid, X expired, X confirmed, 0/0     | insufficient_stock    | cancelled, X expired, 0/1
  expire   | confirm  | waits   | insufficient_stock | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | transfer | waits   | sold               | transferred 1         | paid, U expired, U confirmed, 0/0     | transferred 1         | cancelled, U expired, 0/1
  transfer | confirm  | waits   | transferred 1      | sold                  | paid, Y expired, Y confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | adjust   | waits   | sold               | below_zero            | paid, X expired, X confirmed, 0/0     | adjusted              | cancelled, X expired, 0/0
  adjust   | confirm  | waits   | adjusted           | refund_due            | refunded_out_of_stock, X expired, 0/0 | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | sweep    | at once | sold               | expired 0             | paid, X expired, X confirmed, 0/0     | expired 0             | cancelled, X expired, 0/1
  sweep    | confirm  | at once | expired 0          | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | pin      | waits   | sold               | cart_empty            | paid, X expired, X confirmed, 0/0     | cart_empty            | cancelled, X expired, 0/1
  pin      | confirm  | waits   | cart_empty         | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | confirm  | waits   | sold               | already               | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | unpin    | waits   | sold               | already               | paid, X expired, X confirmed, 0/0     | already               | cancelled, X expired, 0/1
  unpin    | confirm  | waits   | already            | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  confirm  | give up  | waits   | sold               | already               | paid, X expired, X confirmed, 0/0     | already               | cancelled, X expired, 0/1
  give up  | confirm  | waits   | already            | sold                  | paid, X expired, X confirmed, 0/0     | sold                  | paid, X expired, X confirmed, 0/0
  `,
  );
});
