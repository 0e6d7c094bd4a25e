/** Kinds of UTF-16 code units; small integers, so that the pass can switch on them. */
export const kind = { lower: 0, upper: 1, digit: 2, space: 3, lineBreak: 4, symbol: 5, other: 6, control: 7 } as const;

/** Kind of each ASCII code; everything above counts as `other` (letters of further scripts, emoji, surrogates). */
export const kindOfAscii: Uint8Array = makeKinds();

function makeKinds(): Uint8Array {
  const kinds = new Uint8Array(128).fill(kind.control);
  for (let code = 33; code < 127; code += 1) kinds[code] = kind.symbol;
  for (let code = 97; code <= 122; code += 1) kinds[code] = kind.lower;
  for (let code = 65; code <= 90; code += 1) kinds[code] = kind.upper;
  for (let code = 48; code <= 57; code += 1) kinds[code] = kind.digit;
  kinds[32] = kind.space;
  kinds[9] = kind.space;
  kinds[10] = kind.lineBreak;
  return kinds;
}

/**
 * Symbols that sentences do without: brackets, operators, back slash, and so on. Commas, full stops, quotes, hyphens,
 * question and exclamation marks are left out, and so are parentheses, which people write too.
 */
export const isStructural: Uint8Array = flags('{}[]<>=|$;`\\&*#@%^~+_/');
/** Marks that may end a word of a sentence. */
export const endsWord: Uint8Array = flags('.,?!:;)"\'');

function flags(symbols: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const symbol of symbols) table[symbol.charCodeAt(0)] = 1;
  return table;
}
