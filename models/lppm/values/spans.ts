import { clipText } from '../../text/ngrams.ts';
import type { Moment } from './moments.ts';

/** A piece of a turn that may be a value. */
export interface Span {
  /** The value in its plain form: `5 pm`, `Tuesday`, `846`, or the words as they stand. */
  readonly value: string;
  readonly type: SpanType;
  /** Words before and after it, `<` and `>` at the ends, lower case. */
  readonly left: string;
  readonly beforeLeft: string;
  readonly right: string;
  readonly words: number;
  readonly whole: boolean;
  /** Which of its type it is in the turn, from 0. */
  readonly place: number;
  /** Where it stands in the text as read, characters. */
  readonly start: number;
  readonly end: number;
}

export type SpanType = 'number' | 'time' | 'day' | 'date' | 'name' | 'words' | 'clause' | 'turn' | Moment['type'];

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Most tokens of a turn in which values are looked for, most spans, and the most words of a plain span. */
const limits = { tokens: 80, spans: 120, words: 4 } as const;

const tokenPattern = /\p{N}{1,3}(?:,\p{N}{3})+|[\p{L}\p{N}]+(?:['’.&@_-][\p{L}\p{N}]+)*|[^\s]/gu;
const weak = new Set(
  'a an the to of in at for on is are am was were be been and or but i my me you your we our us it its this that these those with by from as so if then please would could can will shall do does did have has had want need like get book find make not no yes ok okay hi hello hey thanks thank'.split(
    ' ',
  ),
);
const numberWords = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
    .split(' ')
    .map((word, number) => [word, String(number)]),
);
const days = new Map(
  ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'].flatMap((day) => {
    const low = day.toLowerCase();
    return [
      low,
      low.slice(0, 3),
      `${low}s`,
      ...(low === 'tuesday' ? ['tues'] : []),
      ...(low === 'thursday' ? ['thurs', 'thur'] : []),
      ...(low === 'wednesday' ? ['weds'] : []),
    ].map((form) => [form, day] as const);
  }),
);
const months =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const timePattern =
  /\b(\d{1,2})(?::(\d\d))?\s*(am|pm|a\.m\.?|p\.m\.?|o'?clock|in the (?:morning|afternoon|evening))(?![a-z])|\b(noon|midnight)\b|\b(\d{1,2}):(\d\d)\b/gi;
const datePattern = new RegExp(
  `\\b(?:${months})\\.?\\s+\\d{1,2}(?:st|nd|rd|th)?(?:,?\\s+\\d{4})?\\b|\\b\\d{1,2}(?:st|nd|rd|th)?\\s+(?:of\\s+)?(?:${months})\\b(?:,?\\s+\\d{4})?|\\b\\d{1,2}(?:st|nd|rd|th)\\b|\\b\\d{1,4}[/.-]\\d{1,2}[/.-]\\d{1,4}\\b|\\b\\d{1,2}/\\d{1,2}\\b`,
  'gi',
);

/** Every piece of a turn that may be a value, typed ones first. `moments`: those of the text. Bounded work. */
export function spansOf(raw: string, mostWords: number = limits.words, moments: readonly Moment[] = []): Span[] {
  const text = clipText(raw);
  const tokens = tokensOf(text);
  const spans: Span[] = [];
  const places = new Map<SpanType, number>();
  const add = (value: string, type: SpanType, first: number, last: number): void => {
    if (value === '' || last < first || spans.length >= limits.spans) return;
    const place = places.get(type) ?? 0;
    places.set(type, place + 1);
    const word = (index: number, none: string): string => tokens[index]?.text.toLowerCase() ?? none;
    spans.push({
      value,
      type,
      left: word(first - 1, '<'),
      beforeLeft: word(first - 2, '<'),
      right: word(last + 1, '>'),
      words: last - first + 1,
      whole: coversTurn(tokens, first, last),
      place,
      start: (tokens[first] as Token).start,
      end: (tokens[last] as Token).end,
    });
  };
  const addMatch = (start: number, end: number, value: string, type: SpanType): void => {
    const first = tokens.findIndex((token) => token.end > start);
    if (first < 0) return;
    let last = first;
    while (last + 1 < tokens.length && (tokens[last + 1] as Token).start < end) last += 1;
    add(value, type, first, last);
  };
  const whole = text.trim();
  if (whole !== '' && whole.length <= 400) {
    add(whole, 'turn', 0, tokens.length - 1);
    const bare = whole.replace(/[\s.!?,;]+$/u, '');
    if (bare !== whole) add(bare, 'turn', 0, tokens.length - 1);
  }
  for (const { start, end, value, type } of moments) addMatch(start, end, value, type);
  for (const match of text.matchAll(timePattern)) {
    for (const value of timeForms(match)) addMatch(match.index, match.index + match[0].length, value, 'time');
  }
  for (const match of text.matchAll(datePattern))
    addMatch(match.index, match.index + match[0].length, match[0], 'date');
  tokens.forEach((token, index) => {
    const low = token.text.toLowerCase();
    const day = days.get(low.replace(/[.']s?$/, ''));
    if (day !== undefined && (low.length > 3 || token.text !== low || low !== 'sun')) add(day, 'day', index, index);
    const digits = /^[\p{L}#$€£]*?(\d[\d,]*(?:\.\d+)?)(?:st|nd|rd|th)?$/u.exec(token.text);
    if (digits !== null) add((digits[1] as string).replaceAll(',', ''), 'number', index, index);
    else if (numberWords.has(low)) add(numberWords.get(low) as string, 'number', index, index);
  });
  addNames(tokens, text, add);
  addWords(tokens, text, mostWords, add);
  addClauses(tokens, text, add);
  return spans;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(tokenPattern)) {
    tokens.push({ text: match[0], start: match.index, end: match.index + match[0].length });
    if (tokens.length === limits.tokens) break;
  }
  return tokens;
}

function coversTurn(tokens: readonly Token[], first: number, last: number): boolean {
  return first === 0 && tokens.slice(last + 1).every((token) => isMark(token.text));
}

function isMark(text: string): boolean {
  return !/[\p{L}\p{N}]/u.test(text);
}

/** `5pm`, `5:00 PM`, `5 o'clock` -> `5 pm`; a time without am or pm gives both. */
function timeForms(match: RegExpMatchArray): string[] {
  const named = match[4]?.toLowerCase();
  if (named !== undefined) return [named === 'noon' ? '12 pm' : '12 am'];
  const hour = Number(match[1] ?? match[5]);
  const minutes = match[2] ?? match[6];
  const shown = minutes === undefined || minutes === '00' ? '' : `:${minutes}`;
  if (hour > 24) return [];
  const half = match[3]?.toLowerCase() ?? '';
  if (/^a|morning/.test(half)) return [`${hour}${shown} am`];
  if (/^p|afternoon|evening/.test(half)) return [`${hour}${shown} pm`];
  if (hour > 12) return [`${hour - 12}${shown} pm`];
  return [`${hour}${shown} pm`, `${hour}${shown} am`];
}

type Add = (value: string, type: SpanType, first: number, last: number) => void;

/** Runs of capitalised words, small words inside allowed: `Dr. Johnson`, `Forbes and Murray`. */
function addNames(tokens: readonly Token[], text: string, add: Add): void {
  const isCapital = (index: number): boolean => /^\p{Lu}/u.test(tokens[index]?.text ?? '');
  for (let first = 0; first < tokens.length; first += 1) {
    if (!isCapital(first) || (first > 0 && isCapital(first - 1))) continue;
    let last = first;
    for (let index = first + 1; index < Math.min(tokens.length, first + 6); index += 1) {
      if (isCapital(index)) last = index;
      else if (!/^(and|of|on|the|&|at|'s|\.)$/.test((tokens[index] as Token).text)) break;
    }
    if (last > first) add(slice(text, tokens, first, last), 'name', first, last);
  }
}

/** Every run of up to four words that neither begins nor ends with a weak word. */
function addWords(tokens: readonly Token[], text: string, most: number, add: Add): void {
  for (let first = 0; first < tokens.length; first += 1) {
    const head = (tokens[first] as Token).text;
    if (isMark(head) || weak.has(head.toLowerCase())) continue;
    for (let last = first; last < Math.min(tokens.length, first + most); last += 1) {
      const tail = (tokens[last] as Token).text;
      if (isMark(tail)) break;
      if (weak.has(tail.toLowerCase())) continue;
      add(slice(text, tokens, first, last), 'words', first, last);
    }
  }
}

/** From a word that announces a value to the end of the clause: `from the corner of Forbes and Murray`. */
function addClauses(tokens: readonly Token[], text: string, add: Add): void {
  tokens.forEach((token, index) => {
    if (!/^(to|from|at|is|for|have|having|that|with|about|near|in|on|of|am|:|say|says)$/i.test(token.text)) return;
    let last = index;
    while (last + 1 < tokens.length && !/^[.!?,;]$/.test((tokens[last + 1] as Token).text)) last += 1;
    if (last > index + limits.words) add(slice(text, tokens, index + 1, last), 'clause', index + 1, last);
    if (last < tokens.length - 2) {
      const end = isMark((tokens.at(-1) as Token).text) ? tokens.length - 2 : tokens.length - 1;
      add(slice(text, tokens, index + 1, end), 'clause', index + 1, end);
    }
  });
}

function slice(text: string, tokens: readonly Token[], first: number, last: number): string {
  return text.slice((tokens[first] as Token).start, (tokens[last] as Token).end);
}
