import { fnv1a } from '../../engine/core/hash.ts';
import { stem, stopWords, wordsOf } from '../../engine/core/words.ts';

/**
 * What the lexical signals need to know of one text; depends on the text and its speaker alone, so it is kept as long
 * as the text is. Words are 32-bit hashes: matching needs equality only, and two of a thousand words colliding has a
 * chance of about one in ten thousand.
 */
export interface LexicalText {
  /** Stems of content words, in order, repeats kept. */
  readonly stems: Uint32Array;
  /** Hash of each stem's first five letters, beside `stems`; catches `education` and `educator`. */
  readonly prefixes: Uint32Array;
  /** All words, stop words too. */
  readonly length: number;
  /** Capitalised words that do not merely open a sentence, and words with inner capitals. */
  readonly names: Uint32Array;
  /** Numbers, ordinals without their ending. */
  readonly numbers: Uint32Array;
  /** Months (1-12), weekdays (13-19) and years (four digits) that are named. */
  readonly dates: Uint32Array;
  /** Ends with, or holds, a question mark. */
  readonly asks: boolean;
  /** Words such as `yesterday`, `last week`, `ago`, a month or a weekday. */
  readonly tellsTime: boolean;
}

const months = 'january february march april may june july august september october november december'.split(' ');
const weekdays = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ');
const dateOf = new Map<string, number>();
for (const [index, name] of months.entries()) {
  dateOf.set(name, index + 1);
  // `mar`, `may` and the like are words of their own: short forms count from four letters, except the clear ones.
  if (!['march', 'may'].includes(name)) dateOf.set(name.slice(0, 3), index + 1);
}
for (const [index, name] of weekdays.entries()) dateOf.set(name, index + 13);

const numberWords = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'.split(' ').map((word, index) => [word, index]),
);
const timeWords =
  /\b(?:yesterday|today|tomorrow|tonight|ago|last (?:night|week|weekend|month|year|summer|winter|spring|fall|autumn)|next (?:week|weekend|month|year|summer|winter)|this (?:week|weekend|month|year|morning|evening)|recently|since|weekend|a few (?:days|weeks|months|years))\b/i;

/** Longer texts are read so far; keeps the cost of one candidate bounded. */
export const maxCharacters = 8_000;

/** Reads a text once. `Speaker: ` in front is not part of what was said. */
export function readText(text: string, speaker = ''): LexicalText {
  const said = withoutSpeaker(text, speaker).slice(0, maxCharacters);
  const words = wordsOf(said);
  const stems: number[] = [];
  const prefixes: number[] = [];
  const numbers: number[] = [];
  const dates: number[] = [];
  for (const word of words) {
    const date = dateOf.get(word);
    if (date !== undefined) dates.push(date);
    const number = /^\d+(?:st|nd|rd|th)?$/.test(word) ? Number.parseInt(word, 10) : numberWords.get(word);
    if (number !== undefined) {
      if (number >= 1900 && number < 2100 && word.length === 4) dates.push(number);
      numbers.push(number >>> 0);
    }
    if (stopWords.has(word)) continue;
    const root = stem(word);
    stems.push(fnv1a(root));
    prefixes.push(fnv1a(root.slice(0, 5), 7));
  }
  return {
    stems: Uint32Array.from(stems),
    prefixes: Uint32Array.from(prefixes),
    length: words.length,
    names: Uint32Array.from(namesOf(said)),
    numbers: Uint32Array.from(numbers),
    dates: Uint32Array.from(dates),
    asks: said.includes('?'),
    tellsTime: dates.length > 0 || timeWords.test(said),
  };
}

/** Many logs write the speaker into the text; elsewhere it stands beside it. */
export function withoutSpeaker(text: string, speaker: string): string {
  return speaker !== '' && text.startsWith(`${speaker}:`) ? text.slice(speaker.length + 1).trimStart() : text;
}

function namesOf(text: string): number[] {
  const names: number[] = [];
  for (const match of text.matchAll(/(^|[.!?:]["')\]]*\s+)?["'([]?(\p{Lu}[\p{L}\p{N}]+)/gu)) {
    const word = match[2] ?? '';
    const opens = match[1] !== undefined;
    const lower = word.toLowerCase();
    if (stopWords.has(lower) || dateOf.has(lower) || (opens && !/\p{Lu}/u.test(word.slice(1)))) continue;
    names.push(fnv1a(stem(lower)));
  }
  return names;
}
