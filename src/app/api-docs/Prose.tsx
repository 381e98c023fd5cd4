/** A sentence of the API's description, in which backticks mark code. */
export function Prose({ text }: { text: string }) {
  // Every other piece stood between two backticks; the pieces of a constant text never change places.
  return text.split("`").map((piece, at) => {
    const key = `${at}-${piece}`;
    return at % 2 === 1 ? <code key={key}>{piece}</code> : <span key={key}>{piece}</span>;
  });
}
