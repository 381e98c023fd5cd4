/** More is asked for than can be answered in time. Nothing was done; asking again later is safe. */
export class Overloaded extends Error {
  override readonly name = "Overloaded";
}
