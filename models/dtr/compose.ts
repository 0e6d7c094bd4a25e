import type { Random } from '../../engine/core/clock.ts';
import type { Wish } from './instruction-seeds.ts';
import type { Joint, Side } from './parts.ts';

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

/** Puts a sentence before or after a payload, in one of the ways in which people do it. */
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
  if (roll < 0.2) {
    const instruction = before && !closed ? `${sentence}${wish === 'ask' ? '?' : ':'}` : finish(sentence, closed, wish);
    const block = `\`\`\`${pick(tags)}\n${payload}\n\`\`\``;
    const gap = pick(['\n', '\n\n']);
    const text = before ? `${instruction}${gap}${block}` : `${block}${gap}${instruction}`;
    return { text, instruction, payload, side: before ? 'before' : 'after', joint: 'fence', wish, content };
  }
  if (roll < 0.6 && single) {
    if (random() < 0.75) {
      const ends = closed ? [''] : wish === 'ask' ? ['?', ':', ''] : [':', ':', '', ''];
      const instruction = `${sentence}${pick(ends)}`;
      const joint = /[.?!:,;-]$/.test(instruction) ? 'mark' : 'word';
      return { text: `${instruction} ${payload}`, instruction, payload, side: 'before', joint, wish, content };
    }
    const mark = pick([',', ',', ' -']);
    const text = `${payload}${mark} ${sentence}`;
    if (mark === ',') return { text, instruction: sentence, payload, side: 'after', joint: 'mark', wish, content };
  }
  const joint = random() < 0.4 ? 'paragraph' : 'line';
  const gap = joint === 'paragraph' ? '\n\n' : '\n';
  if (before) {
    const ends = closed ? [''] : wish === 'ask' ? ['?', '?', ':', ''] : [':', ':', '', '.'];
    const instruction = `${sentence}${pick(ends)}`;
    return { text: `${instruction}${gap}${payload}`, instruction, payload, side: 'before', joint, wish, content };
  }
  const instruction = finish(sentence, closed, wish);
  return { text: `${payload}${gap}${instruction}`, instruction, payload, side: 'after', joint, wish, content };
}

/** Mostly what fits the content; now and then what does not, so that the two are learned apart. */
function wishFor(content: ComposedMessage['content'], roll: number): ComposedMessage['wish'] {
  if (roll < 0.38) return 'ask';
  const fits = content === 'deterministic' ? 'run' : 'keep';
  if (roll < 0.92) return fits;
  return fits === 'run' ? 'keep' : 'run';
}

function dress(sentence: string, random: Random): string {
  const roll = random();
  const greeted =
    roll < 0.06 ? `hi, ${sentence}` : roll < 0.1 ? `hey ${sentence}` : roll < 0.14 ? `ok, ${sentence}` : sentence;
  return random() < 0.5 ? greeted.slice(0, 1).toUpperCase() + greeted.slice(1) : greeted;
}

function finish(sentence: string, closed: boolean, wish: Wish): string {
  return closed ? sentence : `${sentence}${wish === 'ask' ? '?' : ''}`;
}
