import { describe } from "vitest";
import { testPaying } from "./interleavings-paying.ts";

// What each operation is, is in interleavings-paying.ts and interleavings.ts; how a row is played, in
// interleavings-table.ts. A row: first | second | does the second wait | what the first says
// | what the second says, and what there is then, when the first has committed | the same when it has given up.
// What there is: the order, the holds, reserved/on_hand.

describe("X pays for one of two units, and asks in both sessions", () => {
  testPaying(
    { hold: "live", second: "X", onHand: 2, stage: "pinned" },
    `
  confirm  | reserve  | waits   | sold               | held               | paid, X confirmed, X active, 1/1       | held               | pending, X paying, X active, 2/2
  reserve  | confirm  | waits   | held               | sold               | paid, X confirmed, X active, 1/1       | sold               | paid, X confirmed, 0/1
  confirm  | extend   | waits   | sold               | reservation_ended  | paid, X confirmed, 0/1                 | payment_open       | pending, X paying, 1/2
  extend   | confirm  | waits   | payment_open       | sold               | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | set      | waits   | sold               | reservation_ended  | paid, X confirmed, 0/1                 | payment_open       | pending, X paying, 1/2
  set      | confirm  | waits   | payment_open       | sold               | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | release  | waits   | sold               | released 0         | paid, X confirmed, 0/1                 | released 0         | pending, X paying, 1/2
  release  | confirm  | waits   | released 0         | sold               | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | expire   | waits   | sold               | insufficient_stock | paid, X confirmed, 0/1                 | insufficient_stock | pending, X paying, 1/2
  expire   | confirm  | waits   | insufficient_stock | sold               | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | transfer | waits   | sold               | transferred 0      | paid, U confirmed, 0/1                 | payment_open       | pending, X paying, 1/2
  transfer | confirm  | waits   | payment_open       | sold               | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | adjust   | waits   | sold               | adjusted           | paid, X confirmed, 0/0                 | adjusted           | pending, X paying, 1/1
  adjust   | confirm  | waits   | adjusted           | sold               | paid, X confirmed, 0/0                 | sold               | paid, X confirmed, 0/1
  confirm  | sweep    | at once | sold               | expired 0          | paid, X confirmed, 0/1                 | expired 0          | pending, X paying, 1/2
  sweep    | confirm  | at once | expired 0          | sold               | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | pin      | waits   | sold               | cart_empty         | paid, X confirmed, 0/1                 | payment_open       | pending, X paying, 1/2
  pin      | confirm  | waits   | payment_open       | sold               | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | confirm  | waits   | sold               | already            | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | unpin    | waits   | sold               | already            | paid, X confirmed, 0/1                 | ended              | cancelled, X active, 1/2
  unpin    | confirm  | waits   | ended              | sold               | paid, X confirmed, 0/1                 | sold               | paid, X confirmed, 0/1
  confirm  | give up  | waits   | sold               | already            | paid, X confirmed, 0/1                 | ended              | cancelled, X expired, 0/2
  give up  | confirm  | waits   | ended              | sold               | paid, X expired, X confirmed, 0/1      | sold               | paid, X confirmed, 0/1
  unpin    | reserve  | waits   | ended              | held               | cancelled, X active×2, 2/2             | held               | pending, X paying, X active, 2/2
  reserve  | unpin    | waits   | held               | ended              | cancelled, X released, X active×2, 2/2 | ended              | cancelled, X active, 1/2
  unpin    | extend   | waits   | ended              | extended           | cancelled, X active, 1/2               | payment_open       | pending, X paying, 1/2
  extend   | unpin    | waits   | payment_open       | ended              | cancelled, X active, 1/2               | ended              | cancelled, X active, 1/2
  unpin    | set      | waits   | ended              | held               | cancelled, X active×2, 2/2             | payment_open       | pending, X paying, 1/2
  set      | unpin    | waits   | payment_open       | ended              | cancelled, X active, 1/2               | ended              | cancelled, X active, 1/2
  unpin    | release  | waits   | ended              | released 1         | cancelled, X released, 0/2             | released 0         | pending, X paying, 1/2
  release  | unpin    | waits   | released 0         | ended              | cancelled, X active, 1/2               | ended              | cancelled, X active, 1/2
  unpin    | expire   | waits   | ended              | insufficient_stock | cancelled, X active, 1/2               | insufficient_stock | pending, X paying, 1/2
  expire   | unpin    | waits   | insufficient_stock | ended              | cancelled, X active, 1/2               | ended              | cancelled, X active, 1/2
  unpin    | transfer | waits   | ended              | transferred 1      | cancelled, U active, 1/2               | payment_open       | pending, X paying, 1/2
  transfer | unpin    | waits   | payment_open       | ended              | cancelled, X active, 1/2               | ended              | cancelled, X active, 1/2
  unpin    | adjust   | waits   | ended              | adjusted           | cancelled, X active, 1/1               | adjusted           | pending, X paying, 1/1
  adjust   | unpin    | waits   | adjusted           | ended              | cancelled, X active, 1/1               | ended              | cancelled, X active, 1/2
  unpin    | sweep    | at once | ended              | expired 0          | cancelled, X active, 1/2               | expired 0          | pending, X paying, 1/2
  sweep    | unpin    | at once | expired 0          | ended              | cancelled, X active, 1/2               | ended              | cancelled, X active, 1/2
  unpin    | pin      | waits   | ended              | cart_changed       | cancelled, X active, 1/2               | payment_open       | pending, X paying, 1/2
  pin      | unpin    | waits   | payment_open       | ended              | cancelled, X active, 1/2               | ended              | cancelled, X active, 1/2
  unpin    | unpin    | waits   | ended              | already            | cancelled, X active, 1/2               | ended              | cancelled, X active, 1/2
  unpin    | give up  | waits   | ended              | already            | cancelled, X active, 1/2               | ended              | cancelled, X expired, 0/2
  give up  | unpin    | waits   | ended              | already            | cancelled, X expired, 0/2              | ended              | cancelled, X active, 1/2
  give up  | reserve  | waits   | ended              | held               | cancelled, X expired, X active, 1/2    | held               | pending, X paying, X active, 2/2
  reserve  | give up  | waits   | held               | ended              | cancelled, X expired, X active, 1/2    | ended              | cancelled, X expired, 0/2
  give up  | extend   | waits   | ended              | held_again         | cancelled, X expired, X active, 1/2    | payment_open       | pending, X paying, 1/2
  extend   | give up  | waits   | payment_open       | ended              | cancelled, X expired, 0/2              | ended              | cancelled, X expired, 0/2
  give up  | set      | waits   | ended              | held               | cancelled, X expired, X active×2, 2/2  | payment_open       | pending, X paying, 1/2
  set      | give up  | waits   | payment_open       | ended              | cancelled, X expired, 0/2              | ended              | cancelled, X expired, 0/2
  give up  | release  | waits   | ended              | released 0         | cancelled, X expired, 0/2              | released 0         | pending, X paying, 1/2
  release  | give up  | waits   | released 0         | ended              | cancelled, X expired, 0/2              | ended              | cancelled, X expired, 0/2
  give up  | expire   | waits   | ended              | insufficient_stock | cancelled, X expired, 0/2              | insufficient_stock | pending, X paying, 1/2
  expire   | give up  | waits   | insufficient_stock | ended              | cancelled, X expired, 0/2              | ended              | cancelled, X expired, 0/2
  give up  | transfer | waits   | ended              | transferred 1      | cancelled, U expired, 0/2              | payment_open       | pending, X paying, 1/2
  transfer | give up  | waits   | payment_open       | ended              | cancelled, X expired, 0/2              | ended              | cancelled, X expired, 0/2
  give up  | adjust   | waits   | ended              | adjusted           | cancelled, X expired, 0/1              | adjusted           | pending, X paying, 1/1
  adjust   | give up  | waits   | adjusted           | ended              | cancelled, X expired, 0/1              | ended              | cancelled, X expired, 0/2
  give up  | sweep    | at once | ended              | expired 0          | cancelled, X expired, 0/2              | expired 0          | pending, X paying, 1/2
  sweep    | give up  | at once | expired 0          | ended              | cancelled, X expired, 0/2              | ended              | cancelled, X expired, 0/2
  give up  | pin      | waits   | ended              | cart_empty         | cancelled, X expired, 0/2              | payment_open       | pending, X paying, 1/2
  pin      | give up  | waits   | payment_open       | ended              | cancelled, X expired, 0/2              | ended              | cancelled, X expired, 0/2
  give up  | give up  | waits   | ended              | already            | cancelled, X expired, 0/2              | ended              | cancelled, X expired, 0/2
  `,
  );
});

describe("X pays for the only unit; Y asks in the second session", () => {
  testPaying(
    { hold: "live", second: "Y", onHand: 1, stage: "pinned" },
    `
  confirm  | reserve  | at once | sold               | insufficient_stock    | paid, X confirmed, 0/0            | insufficient_stock    | pending, X paying, 1/1
  reserve  | confirm  | at once | insufficient_stock | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | extend   | at once | sold               | reservation_not_found | paid, X confirmed, 0/0            | reservation_not_found | pending, X paying, 1/1
  extend   | confirm  | waits   | payment_open       | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | set      | at once | sold               | reservation_not_found | paid, X confirmed, 0/0            | reservation_not_found | pending, X paying, 1/1
  set      | confirm  | waits   | payment_open       | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | release  | at once | sold               | released 0            | paid, X confirmed, 0/0            | released 0            | pending, X paying, 1/1
  release  | confirm  | waits   | released 0         | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | expire   | waits   | sold               | insufficient_stock    | paid, X confirmed, 0/0            | insufficient_stock    | pending, X paying, 1/1
  expire   | confirm  | waits   | insufficient_stock | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | transfer | waits   | sold               | transferred 0         | paid, U confirmed, 0/0            | payment_open          | pending, X paying, 1/1
  transfer | confirm  | waits   | payment_open       | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | adjust   | waits   | sold               | below_zero            | paid, X confirmed, 0/0            | payment_open          | pending, X paying, 1/1
  adjust   | confirm  | waits   | payment_open       | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | sweep    | at once | sold               | expired 0             | paid, X confirmed, 0/0            | expired 0             | pending, X paying, 1/1
  sweep    | confirm  | at once | expired 0          | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | pin      | waits   | sold               | cart_empty            | paid, X confirmed, 0/0            | payment_open          | pending, X paying, 1/1
  pin      | confirm  | waits   | payment_open       | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | confirm  | waits   | sold               | already               | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | unpin    | waits   | sold               | already               | paid, X confirmed, 0/0            | ended                 | cancelled, X active, 1/1
  unpin    | confirm  | waits   | ended              | sold                  | paid, X confirmed, 0/0            | sold                  | paid, X confirmed, 0/0
  confirm  | give up  | waits   | sold               | already               | paid, X confirmed, 0/0            | ended                 | cancelled, X expired, 0/1
  give up  | confirm  | waits   | ended              | sold                  | paid, X expired, X confirmed, 0/0 | sold                  | paid, X confirmed, 0/0
  unpin    | reserve  | at once | ended              | insufficient_stock    | cancelled, X active, 1/1          | insufficient_stock    | pending, X paying, 1/1
  reserve  | unpin    | at once | insufficient_stock | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | extend   | at once | ended              | reservation_not_found | cancelled, X active, 1/1          | reservation_not_found | pending, X paying, 1/1
  extend   | unpin    | waits   | payment_open       | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | set      | at once | ended              | reservation_not_found | cancelled, X active, 1/1          | reservation_not_found | pending, X paying, 1/1
  set      | unpin    | waits   | payment_open       | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | release  | at once | ended              | released 0            | cancelled, X active, 1/1          | released 0            | pending, X paying, 1/1
  release  | unpin    | waits   | released 0         | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | expire   | waits   | ended              | insufficient_stock    | cancelled, X active, 1/1          | insufficient_stock    | pending, X paying, 1/1
  expire   | unpin    | waits   | insufficient_stock | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | transfer | waits   | ended              | transferred 1         | cancelled, U active, 1/1          | payment_open          | pending, X paying, 1/1
  transfer | unpin    | waits   | payment_open       | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | adjust   | waits   | ended              | adjusted, withdrew 1  | cancelled, X withdrawn, 0/0       | payment_open          | pending, X paying, 1/1
  adjust   | unpin    | waits   | payment_open       | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | sweep    | at once | ended              | expired 0             | cancelled, X active, 1/1          | expired 0             | pending, X paying, 1/1
  sweep    | unpin    | at once | expired 0          | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | pin      | waits   | ended              | cart_changed          | cancelled, X active, 1/1          | payment_open          | pending, X paying, 1/1
  pin      | unpin    | waits   | payment_open       | ended                 | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | unpin    | waits   | ended              | already               | cancelled, X active, 1/1          | ended                 | cancelled, X active, 1/1
  unpin    | give up  | waits   | ended              | already               | cancelled, X active, 1/1          | ended                 | cancelled, X expired, 0/1
  give up  | unpin    | waits   | ended              | already               | cancelled, X expired, 0/1         | ended                 | cancelled, X active, 1/1
  give up  | reserve  | at once | ended              | insufficient_stock    | cancelled, X expired, 0/1         | insufficient_stock    | pending, X paying, 1/1
  reserve  | give up  | at once | insufficient_stock | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | extend   | at once | ended              | reservation_not_found | cancelled, X expired, 0/1         | reservation_not_found | pending, X paying, 1/1
  extend   | give up  | waits   | payment_open       | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | set      | at once | ended              | reservation_not_found | cancelled, X expired, 0/1         | reservation_not_found | pending, X paying, 1/1
  set      | give up  | waits   | payment_open       | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | release  | at once | ended              | released 0            | cancelled, X expired, 0/1         | released 0            | pending, X paying, 1/1
  release  | give up  | waits   | released 0         | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | expire   | waits   | ended              | insufficient_stock    | cancelled, X expired, 0/1         | insufficient_stock    | pending, X paying, 1/1
  expire   | give up  | waits   | insufficient_stock | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | transfer | waits   | ended              | transferred 1         | cancelled, U expired, 0/1         | payment_open          | pending, X paying, 1/1
  transfer | give up  | waits   | payment_open       | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | adjust   | waits   | ended              | adjusted              | cancelled, X expired, 0/0         | payment_open          | pending, X paying, 1/1
  adjust   | give up  | waits   | payment_open       | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | sweep    | at once | ended              | expired 0             | cancelled, X expired, 0/1         | expired 0             | pending, X paying, 1/1
  sweep    | give up  | at once | expired 0          | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | pin      | waits   | ended              | cart_empty            | cancelled, X expired, 0/1         | payment_open          | pending, X paying, 1/1
  pin      | give up  | waits   | payment_open       | ended                 | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  give up  | give up  | waits   | ended              | already               | cancelled, X expired, 0/1         | ended                 | cancelled, X expired, 0/1
  `,
  );
});
