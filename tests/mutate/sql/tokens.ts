/** A word, sign or literal of SQL. Words are in lower case; comments and spaces are no tokens. */
export type Token = {
  kind: "word" | "quoted" | "string" | "number" | "sign";
  text: string;
  start: number;
  end: number;
  /** How many brackets are open around it. A bracket itself stands outside of what it encloses. */
  depth: number;
};

/** What may stand at a place, tried in this order. Sticky, so that each is asked about one place only. */
const patterns: [kind: Token["kind"] | "nothing", pattern: RegExp][] = [
  ["nothing", /\s+|--[^\n]*/y],
  ["string", /e'(?:[^'\\]|\\[\s\S]|'')*'/iy],
  ["string", /'(?:[^']|'')*'/y],
  ["string", /(\$(?:[a-z_]\w*)?\$)[\s\S]*?\1/iy],
  ["quoted", /"(?:[^"]|"")*"/y],
  ["number", /\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy],
  ["word", /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy],
  ["sign", /:=|\.\.|::|[()[\],;.]/y],
  ["sign", /(?:(?!--|\/\*)[-+*/<>=~!@#%^&|`?:])+/y],
  ["sign", /[\s\S]/y],
];

/** Cuts SQL or PL/pgSQL into its tokens. Strings, quoted bodies and comments stay whole. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = 0; at < sql.length; ) {
    const comment = endOfComment(sql, at);
    if (comment > at) {
      at = comment;
      continue;
    }
    const [kind, text] = readOne(sql, at);
    const end = at + text.length;
    if (kind !== "nothing") {
      if (text === ")" || text === "]") depth = Math.max(depth - 1, 0);
      tokens.push({ kind, text: kind === "word" ? text.toLowerCase() : text, start: at, end, depth });
      if (text === "(" || text === "[") depth++;
    }
    at = end;
  }
  return tokens;
}

function readOne(sql: string, at: number): [kind: Token["kind"] | "nothing", text: string] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(sql);
    if (match?.[0]) return [kind, match[0]];
  }
  throw new Error(`Nothing to read at ${at}.`);
}

/** Where the block comment that begins here ends (they nest); `at` itself where none begins. */
function endOfComment(sql: string, at: number): number {
  if (!sql.startsWith("/*", at)) return at;
  let open = 0;
  for (let i = at; i < sql.length; i++) {
    const two = sql.slice(i, i + 2);
    if (two === "/*") open++;
    if (two === "*/") open--;
    if (two === "/*" || two === "*/") i++;
    if (open === 0) return i + 1;
  }
  return sql.length;
}
