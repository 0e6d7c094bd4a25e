import type { Random } from '../../../engine/core/clock.ts';
import { drawAround, drawNeutral } from './instruction-draw.ts';
import type { Wish } from './instruction-seeds.ts';
import type { Joint, Side } from './parts.ts';
import type { LessonRow } from '../training-rows.ts';

/** A message made of a sentence and a payload, with what the sentence wants. */
export interface ComposedMessage {
  readonly text: string;
  readonly instruction: string;
  readonly payload: string;
  readonly side: Side;
  readonly joint: Joint;
  readonly wish: Exclude<Wish, 'none'>;
  /** Class of the bare payload. */
  readonly content: 'deterministic' | 'fixed';
}

/** Draws a sentence with a wish. */
export type DrawSentence = (wish: ComposedMessage['wish'], random: Random) => string;

const tags = ['', '', '', 'bash', 'sh', 'json', 'python', 'sql', 'text', 'js', 'yaml', 'csv'];
const inlineLimit = 400;

/** One message of each bare row that may be put into one. */
export function composeEach(rows: readonly LessonRow[], draw: DrawSentence, random: Random): ComposedMessage[] {
  return rows.flatMap((row) =>
    row.kind === 'bare' && !row.text.includes('```')
      ? [composeMessage(row.text.trim(), row.content, draw, random)]
      : [],
  );
}

/** Puts a sentence before, after or around a payload, in one of the ways in which people do it. */
export function composeMessage(
  payload: string,
  content: ComposedMessage['content'],
  draw: DrawSentence,
  random: Random,
): ComposedMessage {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const wish = wishFor(content, random());
  const sentence = dress(draw(wish, random), random);
  const single = !payload.includes('\n') && payload.length <= inlineLimit;
  const roll = random();
  const before = random() < 0.55;
  const closed = /[.?!:,]$/.test(sentence);
  const around = random() < 0.18;
  const made = (text: string, instruction: string, side: Side, joint: Joint): ComposedMessage => ({
    text,
    instruction,
    payload,
    side,
    joint,
    wish,
    content,
  });
  /** The sentence with its mark, as it leads in (`lead`) or follows. */
  const marked = (ends: readonly string[]): string => `${sentence}${closed ? '' : pick(ends)}`;
  if (roll < 0.2) {
    const gap = pick(['\n', '\n\n']);
    const block = `\`\`\`${pick(tags)}\n${payload}\n\`\`\``;
    const instruction = before ? marked(wish === 'ask' ? ['?', ':'] : [':', ':', '.']) : marked(endsOf(wish));
    if (!around) {
      const text = before ? `${instruction}${gap}${block}` : `${block}${gap}${instruction}`;
      return made(text, instruction, before ? 'before' : 'after', 'fence');
    }
    const [first, last] = surround(instruction, before, random);
    return made(`${first}${gap}${block}${gap}${last}`, `${first}\n${last}`, 'around', 'fence');
  }
  if (roll < 0.3 && single && !payload.includes('`')) {
    const instruction = before ? marked(wish === 'ask' ? ['?', ':', ''] : [':', '', '']) : marked(endsOf(wish));
    const text = before ? `${instruction} \`${payload}\`` : `\`${payload}\` ${instruction}`;
    return made(text, instruction, before ? 'before' : 'after', 'span');
  }
  if (roll < 0.38 && single) {
    const [first, last] = drawAround(wish, random);
    return made(`${first} ${payload} ${last}`, `${first} ${last}`, 'around', 'word');
  }
  if (roll < 0.6 && single) {
    if (random() < 0.7) {
      const instruction = marked(wish === 'ask' ? ['?', ':', ''] : [':', ':', '', '']);
      const joint = /[.?!:,;-]$/.test(instruction) ? 'mark' : 'word';
      return made(`${instruction} ${payload}`, instruction, 'before', joint);
    }
    const instruction = marked(endsOf(wish));
    if (random() < 0.1) return made(`${payload} ${instruction}`, instruction, 'after', 'word');
    if (random() < 0.7) return made(`${payload}, ${instruction}`, instruction, 'after', 'mark');
    return made(`${payload} - ${instruction}`, instruction, 'after', 'mark');
  }
  const joint = random() < 0.4 ? 'paragraph' : 'line';
  const gap = joint === 'paragraph' ? '\n\n' : '\n';
  const instruction = before
    ? marked(wish === 'ask' ? ['?', '?', ':', ''] : [':', ':', '', '.'])
    : marked(endsOf(wish));
  if (around) {
    const [first, last] = surround(instruction, before, random);
    return made(`${first}${gap}${payload}${gap}${last}`, `${first}\n${last}`, 'around', joint);
  }
  const text = before ? `${instruction}${gap}${payload}` : `${payload}${gap}${instruction}`;
  return made(text, instruction, before ? 'before' : 'after', joint);
}

function endsOf(wish: Wish): readonly string[] {
  return wish === 'ask' ? ['?', '', '.'] : ['', '', '.', '!'];
}

/** What stands before and behind a payload that words surround, of which one side wants nothing. */
function surround(instruction: string, before: boolean, random: Random): readonly [string, string] {
  if (before) return [instruction, cased(drawNeutral(random() < 0.7 ? 'closings' : 'reasons', random), random)];
  return [cased(drawNeutral(random() < 0.7 ? 'greetings' : 'reasons', random), random), instruction];
}

/** Mostly what fits the content; now and then what does not, so that the two are learned apart. */
function wishFor(content: ComposedMessage['content'], roll: number): ComposedMessage['wish'] {
  if (roll < 0.4) return 'ask';
  const fits = content === 'deterministic' ? 'run' : 'keep';
  if (roll < 0.88) return fits;
  return fits === 'run' ? 'keep' : 'run';
}

/** A greeting or a reason in front, now and then. */
function dress(sentence: string, random: Random): string {
  const roll = random();
  if (roll < 0.1) return cased(`${drawNeutral('greetings', random).replace(/[.,]?$/, ',')} ${sentence}`, random);
  if (roll < 0.26) return `${drawNeutral('reasons', random)} ${cased(sentence, random)}`;
  return cased(sentence, random);
}

export function cased(sentence: string, random: Random): string {
  return random() < 0.5 ? sentence.slice(0, 1).toUpperCase() + sentence.slice(1) : sentence;
}
