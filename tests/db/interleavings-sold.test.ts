import { describe } from "vitest";
import { testPaying } from "./interleavings-paying.ts";

// What each operation is, is in interleavings-paying.ts and interleavings.ts; how a row is played, in
// interleavings-table.ts. A row: first | second | does the second wait | what the first says
// | what the second says, and what there is then, when the first has committed | the same when it has given up.
// What there is: the order, the holds, reserved/on_hand.

describe("X bought both units, and one of them came back; Y asks in the second session", () => {
  testPaying(
    { hold: "live", second: "Y", onHand: 2, stage: "sold" },
    `
  refund   | reserve  | at once | requested          | insufficient_stock    | paid − 2, X confirmed×2, 0/0 | insufficient_stock    | paid − 1, X confirmed×2, 0/0
  reserve  | refund   | at once | insufficient_stock | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | extend   | at once | requested          | reservation_not_found | paid − 2, X confirmed×2, 0/0 | reservation_not_found | paid − 1, X confirmed×2, 0/0
  extend   | refund   | waits   | reservation_ended  | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | set      | at once | requested          | reservation_not_found | paid − 2, X confirmed×2, 0/0 | reservation_not_found | paid − 1, X confirmed×2, 0/0
  set      | refund   | waits   | reservation_ended  | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | release  | at once | requested          | released 0            | paid − 2, X confirmed×2, 0/0 | released 0            | paid − 1, X confirmed×2, 0/0
  release  | refund   | waits   | released 0         | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | expire   | waits   | requested          | insufficient_stock    | paid − 2, X confirmed×2, 0/0 | insufficient_stock    | paid − 1, X confirmed×2, 0/0
  expire   | refund   | waits   | insufficient_stock | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | transfer | waits   | requested          | transferred 0         | paid − 2, U confirmed×2, 0/0 | transferred 0         | paid − 1, U confirmed×2, 0/0
  transfer | refund   | waits   | transferred 0      | requested             | paid − 2, Y confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | adjust   | waits   | requested          | below_zero            | paid − 2, X confirmed×2, 0/0 | below_zero            | paid − 1, X confirmed×2, 0/0
  adjust   | refund   | waits   | below_zero         | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | sweep    | at once | requested          | expired 0             | paid − 2, X confirmed×2, 0/0 | expired 0             | paid − 1, X confirmed×2, 0/0
  sweep    | refund   | at once | expired 0          | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | pin      | at once | requested          | cart_empty            | paid − 2, X confirmed×2, 0/0 | cart_empty            | paid − 1, X confirmed×2, 0/0
  pin      | refund   | at once | cart_empty         | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | confirm  | waits   | requested          | already               | paid − 2, X confirmed×2, 0/0 | already               | paid − 1, X confirmed×2, 0/0
  confirm  | refund   | waits   | already            | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | unpin    | waits   | requested          | already               | paid − 2, X confirmed×2, 0/0 | already               | paid − 1, X confirmed×2, 0/0
  unpin    | refund   | waits   | already            | requested             | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | refund   | waits   | requested          | exceeds               | paid − 2, X confirmed×2, 0/0 | requested             | paid − 2, X confirmed×2, 0/0
  refund   | restock  | waits   | requested          | decided               | paid − 2, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | refund   | waits   | decided            | requested             | paid − 2, X confirmed×2, 0/1 | requested             | paid − 2, X confirmed×2, 0/0
  restock  | reserve  | at once | decided            | insufficient_stock    | paid − 1, X confirmed×2, 0/1 | insufficient_stock    | paid − 1, X confirmed×2, 0/0
  reserve  | restock  | at once | insufficient_stock | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | extend   | at once | decided            | reservation_not_found | paid − 1, X confirmed×2, 0/1 | reservation_not_found | paid − 1, X confirmed×2, 0/0
  extend   | restock  | waits   | reservation_ended  | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | set      | at once | decided            | reservation_not_found | paid − 1, X confirmed×2, 0/1 | reservation_not_found | paid − 1, X confirmed×2, 0/0
  set      | restock  | waits   | reservation_ended  | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | release  | at once | decided            | released 0            | paid − 1, X confirmed×2, 0/1 | released 0            | paid − 1, X confirmed×2, 0/0
  release  | restock  | waits   | released 0         | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | expire   | waits   | decided            | insufficient_stock    | paid − 1, X confirmed×2, 0/1 | insufficient_stock    | paid − 1, X confirmed×2, 0/0
  expire   | restock  | waits   | insufficient_stock | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | transfer | waits   | decided            | transferred 0         | paid − 1, U confirmed×2, 0/1 | transferred 0         | paid − 1, U confirmed×2, 0/0
  transfer | restock  | waits   | transferred 0      | decided               | paid − 1, Y confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | adjust   | waits   | decided            | adjusted              | paid − 1, X confirmed×2, 0/0 | below_zero            | paid − 1, X confirmed×2, 0/0
  adjust   | restock  | waits   | below_zero         | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | sweep    | at once | decided            | expired 0             | paid − 1, X confirmed×2, 0/1 | expired 0             | paid − 1, X confirmed×2, 0/0
  sweep    | restock  | at once | expired 0          | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | pin      | at once | decided            | cart_empty            | paid − 1, X confirmed×2, 0/1 | cart_empty            | paid − 1, X confirmed×2, 0/0
  pin      | restock  | at once | cart_empty         | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | confirm  | waits   | decided            | already               | paid − 1, X confirmed×2, 0/1 | already               | paid − 1, X confirmed×2, 0/0
  confirm  | restock  | waits   | already            | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | unpin    | waits   | decided            | already               | paid − 1, X confirmed×2, 0/1 | already               | paid − 1, X confirmed×2, 0/0
  unpin    | restock  | waits   | already            | decided               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  restock  | restock  | waits   | decided            | already               | paid − 1, X confirmed×2, 0/1 | decided               | paid − 1, X confirmed×2, 0/1
  `,
  );
});
