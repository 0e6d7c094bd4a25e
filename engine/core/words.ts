/** Words that carry no topic: articles, pronouns, auxiliaries, question words, fillers of speech. */
export const stopWords: ReadonlySet<string> = new Set(
  (
    'a an the and or but if then else so as of at by for from in into on onto to up out off over under with without ' +
    'about after before between during through than too very just only also again once here there when where why how ' +
    'what which who whom whose this that these those i me my mine myself you your yours yourself he him his himself ' +
    'she her hers herself it its itself we us our ours ourselves they them their theirs themselves am is are was were ' +
    'be been being have has had having do does did doing done can could will would shall should may might must not no ' +
    'nor don t s re ve ll d m isn aren wasn weren hasn haven hadn doesn didn won wouldn couldn shouldn ain ' +
    'yes yeah yep ok okay oh uh um hmm mm ah er eh hey hi hello well like really actually some any all both each more ' +
    'most other such own same s because while until against get got let'
  ).split(' '),
);

/** Words with which people ask for something, whatever it is about: they count little when a text is sought. */
export const askingWords: ReadonlySet<string> = new Set(
  (
    'summarize summarise summary discuss discussed discussing discussion discussions talk talked talking mention ' +
    'mentioned say said saying tell told think thought thinks opinion opinions view views idea ideas meeting ' +
    'conversation describe described explain explained according regarding related concerning concern topic issue ' +
    'overall whole main group team member members participant participants people person conclusion conclude ' +
    'concluded agree agreed disagree disagreed attitude reason reasons find found want wanted believe believed ' +
    'give gave given know known come came make made kind type thing things ask asked asking'
  ).split(' '),
);

/** Lower-case words and numbers of a text, accents folded, in order. Linear in the text's length. */
export function wordsOf(text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- the range of ASCII is what is meant
  const folded = /^[\x00-\x7f]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{Mn}/gu, '');
  return folded.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** `ss`, `ll` and `zz` stay doubled in English; the other doubled consonants come from the ending. */
const doubled = /([bdfgmnprt])\1$/;

/**
 * Takes the commonest English endings off: plural, -ing, -ed, -ly, -er(s), possessive. Light on purpose: it never
 * touches words of fewer than four letters nor words with digits, and it need not give a dictionary word, only the
 * same string for forms of one word.
 */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  let root = word;
  if (root.endsWith('ies') && root.length > 4) root = `${root.slice(0, -3)}y`;
  else if (/(?:ss|sh|ch|x|z)es$/.test(root)) root = root.slice(0, -2);
  else if (root.endsWith('s') && !/(?:ss|us|is)$/.test(root)) root = root.slice(0, -1);
  if (root.endsWith('ing') && root.length > 5 && hasVowel(root, 3)) root = root.slice(0, -3).replace(doubled, '$1');
  else if (root.endsWith('ied') && root.length > 4) root = `${root.slice(0, -3)}y`;
  else if (root.endsWith('ed') && root.length > 4 && hasVowel(root, 2)) root = root.slice(0, -2).replace(doubled, '$1');
  else if (root.endsWith('ly') && root.length > 5) root = root.slice(0, -2);
  if (root.length > 3 && root.endsWith('e')) root = root.slice(0, -1);
  return root.length > 3 && root.endsWith('i') ? `${root.slice(0, -1)}y` : root;
}

function hasVowel(word: string, ending: number): boolean {
  return /[aeiouy]/.test(word.slice(0, -ending));
}
