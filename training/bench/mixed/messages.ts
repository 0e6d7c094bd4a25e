import type { Random } from '../../../engine/core/clock.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { seededRandom } from '../../../engine/core/random.ts';
import type { ContentClass } from '../../../models/dtr/example.ts';
import { fenceContent } from '../../../models/dtr/features/text-window.ts';
import { benchSentences, type BenchWish } from './sentences.ts';
import type { TrafficRow } from '../traffic/data.ts';

/** A stretch of a composed message; bounds in UTF-16 code units, without blanks, fences and quoting marks. */
export interface GoldPart {
  readonly role: 'instruction' | 'payload';
  readonly start: number;
  readonly end: number;
}

/** A message of sentences and payloads, with what is right for it. */
export interface MixedMessage {
  readonly text: string;
  readonly layout: Layout;
  readonly wish: BenchWish;
  /** What the router should call it: `prose` wherever it is for somebody who understands the words. */
  readonly class: ContentClass;
  /** Exact text for the tool; null for prose. */
  readonly payload: string | null;
  readonly subtype: string;
  readonly parts: readonly GoldPart[];
}

const layouts = [
  'line before',
  'line after',
  'same line before',
  'same line after',
  'inline code',
  'around',
  'fence before',
  'fence after',
  'fence around',
  'several fences',
] as const;
export type Layout = (typeof layouts)[number];

/** Sentences of one side are known to nobody who chose anything: `dev` is for choosing, `test` for reporting. */
export type SentenceSide = 'dev' | 'test';

interface Drawn {
  readonly payload: string;
  readonly row: TrafficRow;
}

const longest = 4000;
const longestInLine = 300;
const usualCount = 1500;

/**
 * `count` messages (1,500 by default), composed by chance from the payloads of content rows and the sentences of one
 * side. A wish that does not fit its payload (run a table, keep a command) is gold `prose`, as are questions, orders not
 * to do a thing, and messages with several payloads.
 */
export function composeMixed(
  rows: readonly TrafficRow[],
  side: SentenceSide,
  seed: number,
  count: number = usualCount,
): MixedMessage[] {
  const random = seededRandom(seed);
  const drawn = rows.flatMap((row): Drawn[] => {
    const payload = bareContent(row.text);
    const usable = row.class !== 'prose' && payload.length <= longest && !payload.includes('```') && payload !== '';
    return usable ? [{ payload, row }] : [];
  });
  if (drawn.length === 0) return [];
  const sentences = sentencesOf(side);
  return Array.from({ length: count }, (_none, index) => {
    const layout = layouts[index % layouts.length] as Layout;
    return composeOne(layout, pick(drawn, random), pick(drawn, random), sentences, random);
  });
}

export function sentencesOf(side: SentenceSide): Record<BenchWish, readonly string[]> {
  const isTest = (sentence: string): boolean => hashFraction(`mixed ${sentence}`) < 0.5;
  const own = (wish: BenchWish): readonly string[] =>
    benchSentences[wish].filter((sentence) => isTest(sentence) === (side === 'test'));
  return { run: own('run'), keep: own('keep'), ask: own('ask'), hold: own('hold') };
}

function composeOne(
  layout: Layout,
  first: Drawn,
  second: Drawn,
  sentences: Record<BenchWish, readonly string[]>,
  random: Random,
): MixedMessage {
  const inLine = layout === 'same line before' || layout === 'same line after' || layout === 'inline code';
  const fits = !first.payload.includes('\n') && first.payload.length <= longestInLine && !first.payload.includes('`');
  const shape: Layout = !inLine || fits ? layout : layout === 'same line after' ? 'line after' : 'line before';
  const wish = drawWish(first.row.class, random);
  const sentence = cased(pick(sentences[wish], random), random);
  const writer = new Writer();
  write(shape, writer, sentence, wish, first.payload, second.payload, random);
  const asked = wish === 'run' ? 'deterministic' : wish === 'keep' ? 'fixed' : 'prose';
  const content = shape !== 'several fences' && asked === first.row.class ? asked : 'prose';
  const { row, payload } = first;
  return {
    text: writer.text,
    layout: shape,
    wish,
    class: content,
    payload: content === 'prose' ? null : payload,
    subtype: row.subtype,
    parts: writer.parts,
  };
}

function drawWish(content: ContentClass, random: Random): BenchWish {
  const roll = random();
  const fitting = content === 'deterministic' ? 'run' : 'keep';
  if (roll < 0.5) return fitting;
  if (roll < 0.57) return fitting === 'run' ? 'keep' : 'run';
  return roll < 0.82 ? 'ask' : 'hold';
}

/** Puts a text together and remembers where its parts stand. */
class Writer {
  text = '';
  readonly parts: GoldPart[] = [];

  say(words: string): this {
    return this.#add('instruction', words);
  }

  hand(payload: string): this {
    return this.#add('payload', payload);
  }

  set(marks: string): this {
    this.text += marks;
    return this;
  }

  #add(role: GoldPart['role'], text: string): this {
    const start = this.text.length;
    this.text += text;
    this.parts.push({ role, start, end: this.text.length });
    return this;
  }
}

const greetings = ['Hi team,', 'Good morning.', 'Hello,', 'Hey there!', 'Me again.', 'Back from lunch.', 'Dear all,'];
const closings = [
  'Thanks!',
  'Many thanks',
  'cheers',
  'Thank you in advance.',
  'Best, Robin',
  'Much appreciated.',
  'ta',
];
const contexts = [
  'The disk of web-2 is nearly full.',
  'We talked about this in the stand-up.',
  'This is for the ticket of Monday.',
  'The night shift left a note.',
  'I have a meeting in five minutes.',
];
const tags = ['', '', '', 'text', 'bash', 'json', 'sql', 'python', 'sh', 'yaml', 'console'];

function write(
  layout: Layout,
  out: Writer,
  sentence: string,
  wish: BenchWish,
  payload: string,
  other: string,
  random: Random,
): void {
  const closed = /[.?!:]$/.test(sentence);
  const end = (ends: readonly string[]): string => (closed ? '' : pick(ends, random));
  const leading = `${sentence}${end(wish === 'ask' ? ['?', '?', ':', ''] : [':', ':', ':', '', '.'])}`;
  const trailing = `${sentence}${end(wish === 'ask' ? ['?', '?', ''] : ['', '', '.', '!'])}`;
  const gap = pick(['\n', '\n', '\n\n'], random);
  const fence = `\`\`\`${pick(tags, random)}\n`;
  switch (layout) {
    case 'line before':
      out.say(withContext(leading, random)).set(gap).hand(payload);
      break;
    case 'line after':
      out.hand(payload).set(gap).say(trailing);
      break;
    case 'same line before':
      out
        .say(`${sentence}${end(wish === 'ask' ? ['?', ':', ':'] : [':', ':', ':', '', ' -'])}`)
        .set(' ')
        .hand(payload);
      break;
    case 'same line after':
      out
        .hand(payload)
        .set(pick([', ', ' - ', '  '], random))
        .say(trailing);
      break;
    case 'inline code':
      if (random() < 0.5) out.say(leading).set(' `').hand(payload).set('`');
      else out.set('`').hand(payload).set('` ').say(trailing);
      break;
    case 'around':
      if (random() < 0.5) out.say(leading).set(gap).hand(payload).set(gap).say(pick(closings, random));
      else out.say(pick(greetings, random)).set(gap).hand(payload).set(gap).say(trailing);
      break;
    case 'fence before':
      out.say(withContext(leading, random)).set(gap).set(fence).hand(payload).set('\n```');
      break;
    case 'fence after':
      out.set(fence).hand(payload).set('\n```').set(gap).say(trailing);
      break;
    case 'fence around':
      out.say(pick(greetings, random)).set(gap).set(fence).hand(payload).set('\n```').set(gap).say(trailing);
      break;
    case 'several fences':
      out.say(leading).set(gap).set(fence).hand(payload).set('\n```').set(gap);
      out.say(pick(['and then this one:', 'This is what it said last time:', 'or rather'], random));
      out.set('\n```\n').hand(other).set('\n```');
      break;
  }
}

function withContext(sentence: string, random: Random): string {
  return random() < 0.25 ? `${pick(contexts, random)} ${sentence}` : sentence;
}

function cased(sentence: string, random: Random): string {
  return random() < 0.5 ? sentence.slice(0, 1).toUpperCase() + sentence.slice(1) : sentence;
}

function bareContent(text: string): string {
  const whole = text.trim();
  const inner = fenceContent(whole, 0, whole.length);
  return inner === null ? whole : whole.slice(inner.start, inner.end).trim();
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}
