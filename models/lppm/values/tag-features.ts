import { clipText, combine, hashText } from '../../text/ngrams.ts';
import { expressionsIn } from './moments.ts';

/** A word, number or mark of a turn. */
export interface TagToken {
  readonly text: string;
  readonly low: string;
  readonly start: number;
  readonly end: number;
}

const mostTokens = 128;

export function tagTokens(text: string): TagToken[] {
  const tokens: TagToken[] = [];
  for (const match of clipText(text).matchAll(/\p{L}[\p{L}\p{M}]*|\p{N}+|[^\s\p{L}\p{N}]/gu)) {
    const [word] = match;
    tokens.push({ text: word, low: word.toLowerCase(), start: match.index, end: match.index + word.length });
    if (tokens.length === mostTokens) break;
  }
  return tokens;
}

/** Kinds of words that a language keeps closed lists of; other languages go by their shape and place alone. */
const lists: Readonly<Record<string, string>> = {
  number:
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty hundred dozen couple',
  ordinal:
    'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth st nd rd th',
  weekday:
    'monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat mondays tuesdays wednesdays thursdays fridays saturdays sundays',
  month:
    'january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec',
  day: 'today tonight tomorrow tmrw tmr yesterday',
  part: 'morning noon afternoon evening night midnight lunchtime dinnertime lunch dinner breakfast midday',
  half: 'am pm a p m o clock oclock hrs hr hours hour h',
  unit: 'day days week weeks weekend month months year years minute minutes min mins',
  part_of_hour: 'half quarter past to',
  people:
    'people persons person guests guest adults adult kids kid children child men man women woman us me friends family party ppl myself seats wife husband of',
  relative: 'next this coming following from now in later last on upcoming after',
  name: 'name surname named called mr mrs ms miss dr under i am m is its it s',
};
const kinds = new Map<string, number[]>();
for (const [kind, words] of Object.entries(lists)) {
  for (const word of words.split(' ')) kinds.set(word, [...(kinds.get(word) ?? []), hashText(kind)]);
}

const numberHash = hashText('number');
function isNumberWord(low: string): boolean {
  return kinds.get(low)?.includes(numberHash) === true;
}

const rare = hashText(' rare');
const edges = { before: hashText(' <'), after: hashText(' >') } as const;

/**
 * Per token, hashes of what it is and what stands around it. A word outside `known` is seen by its shape, beginning and
 * end alone: what a turn names (people, places) is mostly new. `requested`: slots that had just been asked for.
 */
export function tagFeatures(
  text: string,
  tokens: readonly TagToken[],
  requested: readonly string[],
  known: { has(hash: number): boolean },
  names: ReadonlyMap<string, number> = new Map(),
): number[][] {
  const asked = hashText(`asked ${requested.join(' ')}`);
  // one that was asked for twice, or last, is meant before the others
  const slots = [...new Set(requested)].flatMap((slot) => [
    hashText(`asks ${slot}`),
    ...(requested.length > 1 && requested.at(-1) === slot ? [hashText(`asks last ${slot}`)] : []),
    ...(requested.filter((other) => other === slot).length > 1 ? [hashText(`asks again ${slot}`)] : []),
  ]);
  const glued = tokens.map(({ start }, index) => (tokens[index - 1]?.end === start ? 1 : 2));
  const glue = (index: number): number => glued[index] ?? 3;
  const numbers = tokens.filter(({ low }) => /^\p{N}/u.test(low) || isNumberWord(low)).length;
  const words = tokens.map(({ low }) => {
    const hash = hashText(low);
    return known.has(hash) ? hash : combine(rare, hashText(shapeOf(low)));
  });
  const said = new Set(words);
  const shapes = tokens.map(({ text: word }) => hashText(shapeOf(word)));
  const classes = tokens.map(({ low }, index) => classesOf(low, words[index] as number, known));
  const marks = expressionMarks(text, tokens);
  const at = (list: readonly number[], index: number): number =>
    index < 0 ? edges.before : (list[index] ?? edges.after);
  const word = (index: number): number => at(words, index);
  const shape = (index: number): number => at(shapes, index);
  const mark = (index: number): number => at(marks, index);
  const kind = (index: number): number => (index < 0 ? edges.before : (classes[index]?.[0] ?? edges.after));
  const size = Math.min(tokens.length, 6);
  let named = 0;
  let since = 0;
  return tokens.map(({ low }, index) => {
    const called = names.get(low);
    since = called === undefined ? since + 1 : 0;
    named = called ?? named;
    const place = Math.min(index, 6);
    const fromEnd = Math.min(tokens.length - 1 - index, 3);
    const features = [
      combine(1, word(index)),
      combine(2, word(index - 1)),
      combine(3, word(index + 1)),
      combine(4, word(index - 2)),
      combine(5, word(index + 2)),
      combine(6, combine(word(index - 1), word(index))),
      combine(7, combine(word(index), word(index + 1))),
      combine(8, combine(word(index - 2), word(index - 1))),
      combine(9, combine(word(index + 1), word(index + 2))),
      combine(10, shape(index)),
      combine(11, combine(shape(index - 1), combine(shape(index), shape(index + 1)))),
      combine(12, asked),
      combine(13, combine(asked, word(index))),
      combine(14, combine(asked, shape(index))),
      combine(15, combine(asked, combine(size, index))),
      combine(16, combine(word(index - 1), shape(index))),
      combine(17, combine(shape(index), word(index + 1))),
      combine(18, combine(word(index - 1), word(index + 1))),
      combine(19, index === 0 ? 1 : index === tokens.length - 1 ? 2 : 3),
      combine(20, combine(asked, combine(word(index - 1), shape(index)))),
      combine(21, combine(word(index - 3), shape(index))),
      combine(22, combine(word(index + 3), shape(index))),
      combine(23, mark(index)),
      combine(24, combine(mark(index - 1), combine(mark(index), mark(index + 1)))),
      combine(25, combine(mark(index), asked)),
      combine(26, combine(mark(index), word(index - 1))),
      combine(27, combine(mark(index), word(index + 1))),
      combine(28, combine(mark(index), word(index))),
      combine(70, kind(index)),
      combine(71, combine(kind(index - 1), kind(index))),
      combine(72, combine(kind(index), kind(index + 1))),
      combine(73, combine(kind(index - 1), combine(kind(index), kind(index + 1)))),
      combine(74, combine(kind(index - 2), combine(kind(index - 1), kind(index)))),
      combine(75, combine(kind(index), combine(kind(index + 1), kind(index + 2)))),
      combine(76, combine(kind(index), asked)),
      combine(77, combine(kind(index - 1), kind(index + 1))),
      combine(60, combine(glue(index), combine(glue(index + 1), kind(index)))),
      combine(61, combine(glue(index), combine(kind(index - 1), kind(index)))),
      combine(62, combine(glue(index + 1), combine(kind(index), kind(index + 1)))),
      combine(63, combine(glue(index), combine(mark(index), kind(index)))),
      combine(64, combine(kind(index - 3), combine(kind(index - 2), combine(kind(index - 1), kind(index))))),
      combine(65, combine(kind(index), combine(kind(index + 1), combine(kind(index + 2), kind(index + 3))))),
      combine(78, combine(asked, combine(place, fromEnd))),
    ];
    if (named !== 0 && since > 0) {
      features.push(combine(91, named), combine(92, combine(named, kind(index))));
      if (since <= 4)
        features.push(
          combine(93, combine(named, since)),
          combine(94, combine(named, combine(shape(index), kind(index)))),
        );
    }
    for (const slot of slots) {
      features.push(
        combine(80, slot),
        combine(81, combine(slot, kind(index))),
        combine(82, combine(slot, mark(index))),
        combine(83, combine(slot, shape(index))),
        combine(84, combine(slot, word(index))),
        combine(85, combine(slot, combine(kind(index - 1), kind(index)))),
      );
    }
    for (const other of (classes[index] ?? []).slice(1)) features.push(combine(79, other));
    if (/^\p{N}+$/u.test(low)) {
      const range = rangeOf(low);
      for (const other of said) features.push(combine(66, combine(range, other)));
      features.push(
        combine(67, combine(range, Math.min(numbers, 4))),
        combine(30, range),
        combine(31, combine(range, asked)),
        combine(32, combine(range, word(index + 1))),
        combine(33, combine(range, word(index - 1))),
        combine(34, combine(range, kind(index + 1))),
      );
    } else {
      for (let length = 2; length <= 4 && length < low.length; length += 1) {
        features.push(
          combine(40 + length, hashText(low.slice(0, length))),
          combine(50 + length, hashText(low.slice(-length))),
        );
      }
    }
    return features;
  });
}

/** `Aa` for Anna, `A` for ANNA, `9999` for a year; marks as they are. */
function shapeOf(word: string): string {
  if (/^\p{N}/u.test(word)) return '9'.repeat(Math.min(5, word.length));
  if (!/^\p{L}/u.test(word)) return word;
  const isUpper = word !== word.toLowerCase() && word === word.toUpperCase();
  if (word.length === 1) return isUpper ? 'A1' : 'a1';
  return isUpper ? 'AA' : /^\p{Lu}/u.test(word) ? 'Aa' : 'aa';
}

/** The word's lists; without one its shape, and whether it is common. */
function classesOf(low: string, word: number, known: { has(hash: number): boolean }): number[] {
  const own = kinds.get(low);
  if (own !== undefined) return own;
  if (/^\p{N}+$/u.test(low)) return [combine(31, rangeOf(low))];
  if (!/^\p{L}/u.test(low)) return [hashText(low)];
  return [known.has(word) ? combine(35, 1) : combine(35, 2)];
}

/** What a number can be: a count or hour, an hour of the day, a day of the month, minutes, an hour with minutes. */
function rangeOf(digits: string): number {
  const value = Math.min(Number(digits), 3000);
  const range = value <= 12 ? 1 : value <= 24 ? 2 : value <= 31 ? 3 : value <= 100 ? 4 : value < 2400 ? 5 : 6;
  return range * 8 + Math.min(5, digits.length);
}

/** Where a token stands in an expression of time, and of what. */
function expressionMarks(text: string, tokens: readonly TagToken[]): number[] {
  const marks = tokens.map(() => 0);
  for (const { start, end, type } of expressionsIn(clipText(text))) {
    let isFirst = true;
    tokens.forEach((token, index) => {
      if (token.start < start || token.end > end) return;
      marks[index] = combine(
        marks[index] as number,
        hashText(`${isFirst ? 'B' : token.end === end ? 'E' : 'I'} ${type}`),
      );
      isFirst = false;
    });
  }
  return marks;
}
