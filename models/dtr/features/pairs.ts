/** Two neighbouring characters that mean something together. Counted by one table look-up per character. */
export const pairNames = [
  'none',
  'commaSpace',
  'stopSpace',
  'questionEnd',
  'exclamationEnd',
  'colonSpace',
  'quoteColon',
  'quoteComma',
  'arrow',
  'doubleColon',
  'comparison',
  'logical',
  'emptyCall',
  'statementEnd',
  'blockOpen',
  'blockClose',
  'tag',
  'expansion',
  'patchLine',
  'pipe',
  'redirect',
  'comment',
  'contraction',
  'indent',
  'escapedQuote',
  'attribute',
  'digitColon',
  'digitDash',
  'call',
  'aside',
  'assignment',
  'member',
  'glob',
  'letterUnderscore',
] as const;
export type PairName = (typeof pairNames)[number];

const lower = 'abcdefghijklmnopqrstuvwxyz';
const letters = lower + lower.toUpperCase();
const digits = '0123456789';
const white = ' \n\t';

/** Name -> [first characters, second characters]; later entries win. */
const meanings: readonly (readonly [PairName, string, string])[] = [
  ['commaSpace', ',', white],
  ['stopSpace', '.', white],
  ['questionEnd', '?', white],
  ['exclamationEnd', '!', white],
  ['colonSpace', ':', white],
  ['quoteColon', '"\'', ':'],
  ['quoteComma', '"\'', ','],
  ['arrow', '=-', '>'],
  ['arrow', '<', '-'],
  ['doubleColon', ':', ':'],
  ['comparison', '=!<>', '='],
  ['logical', '&', '&'],
  ['logical', '|', '|'],
  ['emptyCall', '(', ')'],
  ['statementEnd', ';', '\n'],
  ['statementEnd', ')', ';{'],
  ['blockOpen', '{[(', '\n'],
  ['blockClose', '\n', '}])'],
  ['tag', '<', '/'],
  ['tag', '/', '>'],
  ['expansion', '$', '({@?' + letters],
  ['patchLine', '\n', '+-@'],
  ['pipe', ' ', '|'],
  ['pipe', '|', ' '],
  ['redirect', '>', '> &/'],
  ['redirect', '<', '<('],
  ['comment', '/', '/*'],
  ['comment', '*', '/'],
  ['comment', '#', ' '],
  ['contraction', "'", 'tsmlrvd'],
  ['indent', '\n', ' \t'],
  ['escapedQuote', '\\', '"nt\''],
  ['attribute', '=', '"\''],
  ['digitColon', digits, ':'],
  ['digitDash', digits, '-/'],
  ['call', letters + digits + '_', '('],
  ['aside', ' ', '('],
  ['assignment', ' ', '='],
  ['assignment', ':', '='],
  ['member', letters + ')]', '.'],
  ['glob', '*', '.'],
  ['glob', '/ \'"', '*'],
  ['letterUnderscore', letters, '_'],
];

/** Index into `pairNames` by `first * 128 + second`. */
export const pairTable: Uint8Array = makeTable();

function makeTable(): Uint8Array {
  const table = new Uint8Array(128 * 128);
  for (const [name, firsts, seconds] of meanings) {
    const index = pairNames.indexOf(name);
    for (const first of firsts) {
      for (const second of seconds) table[first.charCodeAt(0) * 128 + second.charCodeAt(0)] = index;
    }
  }
  return table;
}
