/** Kinds of folded characters; small integers, so that the pass can switch on them. Letters come first. */
export const kind = { lower: 0, upper: 1, other: 2, digit: 3, space: 4, lineBreak: 5, symbol: 6, control: 7 } as const;

/** Folded code of a letter of a script other than Latin, and of an emoji or other pictograph. */
export const foreignLetter = 128;
export const pictograph = 129;

/** Kind of each folded code. */
export const kindOf: Uint8Array = makeKinds();

function makeKinds(): Uint8Array {
  const kinds = new Uint8Array(256).fill(kind.control);
  for (let code = 33; code < 127; code += 1) kinds[code] = kind.symbol;
  for (let code = 97; code <= 122; code += 1) kinds[code] = kind.lower;
  for (let code = 65; code <= 90; code += 1) kinds[code] = kind.upper;
  for (let code = 48; code <= 57; code += 1) kinds[code] = kind.digit;
  kinds[32] = kind.space;
  kinds[9] = kind.space;
  kinds[10] = kind.lineBreak;
  kinds[foreignLetter] = kind.other;
  kinds[pictograph] = kind.other;
  return kinds;
}

/**
 * Folds a UTF-16 code unit into one of 130 codes: ASCII as it is; Latin letters without their accents; typographic and
 * full-width marks as the ASCII ones; blanks as a blank; every letter of another script as one letter, so that what is
 * learned of sentences in one script holds for all; surrogates and pictographs as one sign; what cannot be seen as a
 * control code.
 */
export const foldOf: Uint8Array = makeFolding();

function makeFolding(): Uint8Array {
  const folds = new Uint8Array(65_536).fill(foreignLetter);
  for (let code = 0; code < 128; code += 1) folds[code] = code;
  const range = (from: number, to: number, fold: number | string): void =>
    void folds.fill(typeof fold === 'string' ? fold.charCodeAt(0) : fold, from, to + 1);
  range(0x80, 0x9f, 1);
  range(0xa1, 0xbf, pictograph);
  for (const [from, to] of [
    [0xc0, 0x24f],
    [0x1e00, 0x1eff],
  ] as const) {
    for (let code = from; code <= to; code += 1) {
      const base = String.fromCharCode(code).normalize('NFD').charCodeAt(0);
      folds[code] = base < 128 ? base : 97;
    }
  }
  range(0x300, 0x36f, 1);
  for (const [from, to] of [
    [0x200b, 0x200f],
    [0x202a, 0x202e],
    [0x2060, 0x206f],
    [0xfe00, 0xfe0f],
    [0xfff0, 0xffff],
  ] as const) {
    range(from, to, 1);
  }
  range(0x2000, 0x200a, 32);
  range(0x2010, 0x2015, '-');
  range(0x2018, 0x201b, "'");
  range(0x201c, 0x201f, '"');
  range(0x2022, 0x2024, '*');
  range(0x2025, 0x2027, '.');
  range(0x2190, 0x23ff, pictograph);
  range(0x2500, 0x2bff, pictograph);
  range(0xd800, 0xdfff, pictograph);
  range(0xe000, 0xf8ff, pictograph);
  for (let code = 0xff01; code <= 0xff5e; code += 1) folds[code] = code - 0xfee0;
  const single: Readonly<Record<string, string>> = {
    '\u00a0\u0085\u202f\u205f\u3000\u2028\u2029': ' ',
    '\u3002\u06d4\u0964\u0965': '.',
    '\u3001\u060c': ',',
    '\u061b\u037e': ';',
    '\u00ab\u00bb\u201e\u300c\u300d\u300e\u300f': '"',
    '\u00bf\u061f': '?',
    '\u00a1': '!',
    '\ufeff\u00ad': '\u0001',
  };
  for (const [from, to] of Object.entries(single))
    for (const sign of from) folds[sign.charCodeAt(0)] = to.charCodeAt(0);
  return folds;
}

/**
 * Symbols that sentences do without: brackets, operators, back slash, and so on. Commas, full stops, quotes, hyphens,
 * question and exclamation marks are left out, and so are parentheses, which people write too.
 */
export const isStructural: Uint8Array = flags('{}[]<>=|$;`\\&*#@%^~+_/');
/** Marks that may end a word of a sentence. */
export const endsWord: Uint8Array = flags('.,?!:;)"\'');

function flags(symbols: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const symbol of symbols) table[symbol.charCodeAt(0)] = 1;
  return table;
}
