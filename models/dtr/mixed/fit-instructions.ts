import type { Random } from '../../../engine/core/clock.ts';
import type { DrawSentence } from './compose.ts';
import { cased, composeEach } from './compose.ts';
import { doubtOf } from './doubt.ts';
import { trimmed } from './message-parts.ts';
import { drawNeutral } from './instruction-draw.ts';
import { instructionBuckets, instructionColumns, InstructionReader } from './instruction.ts';
import type { Wish } from './instruction-seeds.ts';
import type { LinearOptions, LinearWeights } from '../words/linear-fit.ts';
import { fitLinear } from '../words/linear-fit.ts';
import type { Cut, Joint, Side } from './parts.ts';
import { cutsOf } from './parts.ts';
import type { LessonRow } from '../training-rows.ts';

/** A message whose instruction is known. */
export interface Instructed {
  readonly text: string;
  readonly payload: string;
  readonly instruction: string;
  readonly side: Side;
  readonly joint: Joint;
  readonly wish: Exclude<Wish, 'none'>;
  readonly weight: number;
}

/** Messages composed of each bare row, and what they count beside one of the log. */
const rounds = 2;
const composedWeight = 0.5;
/** Wrong cuts kept per message: those next to the right one teach where a sentence ends. */
const wrongCuts = 8;
const bareCuts = 4;
const proseWeight = 0.3;
const drawnNeutral = 600;
/** Sentences drawn for their wish alone: they cost less than messages, and variety of words is what counts. */
const drawnSentences = 12_000;
const settings: Omit<LinearOptions, 'classes' | 'seed'> = { epochs: 6, rate: 0.3, decay: 0 };
const asked = ['run', 'keep', 'ask'] as const;
const nothing = 3;

/**
 * Two questions, asked apart and stored as one table: what does a sentence want (columns of run, keep and ask, from its
 * words alone), and is this cut a sentence with its payload at all (column of none, from the words and the joint)? Wrong
 * cuts of the same messages and cuts of bare payloads are none; cuts of prose at line breaks ask, so that doubt passes up.
 */
export function fitInstructions(
  logged: readonly Instructed[],
  bare: readonly LessonRow[],
  prose: readonly string[],
  seed: number,
  random: Random,
  draw: DrawSentence,
): LinearWeights {
  const said = new Lessons();
  const wants = new Lessons();
  const composed = Array.from({ length: rounds }, () => composeEach(bare, draw, random)).flat();
  for (const message of [...logged, ...composed.map((one) => ({ ...one, weight: composedWeight }))]) {
    const { text, payload, instruction, wish, weight } = message;
    if (!instruction.includes('\n')) wants.words(instruction, asked.indexOf(wish), weight);
    const from = text.indexOf(payload.trim());
    const isRight = (cut: Cut): boolean =>
      cut.side === 'before'
        ? trimmed(text, cut.start, cut.end).start === from
        : trimmed(text, cut.start, cut.end).end === from + payload.trim().length;
    const wrong: Cut[] = [];
    for (const cut of cutsOf(text)) {
      // Words set off by a fence are told by the fence. Of a span both ends have to be right.
      if (cut.joint === 'fence') continue;
      const whole = cut.joint !== 'span' || text.slice(cut.start, cut.end) === payload;
      if (whole && isRight(cut)) said.cut(text, cut, 0, weight);
      else wrong.push(cut);
    }
    const near = wrong.toSorted((a, b) => distance(a.instruction, instruction) - distance(b.instruction, instruction));
    for (const cut of near.slice(0, wrongCuts)) said.cut(text, cut, 1, weight * 0.4);
  }
  for (let count = 0; count < drawnSentences; count += 1) {
    const wish = asked[count % asked.length] as (typeof asked)[number];
    const sentence = cased(draw(wish, random), random);
    const end = /[.?!:,]$/.test(sentence) ? '' : ([':', '', '.'][Math.floor(random() * 3)] as string);
    const words = withSnippet(`${sentence}${end}`, prose, random);
    wants.words(words, asked.indexOf(wish), doubtOf(words) === null ? 1 : doubtedWeight);
  }
  for (const { text } of bare) {
    const cuts = cutsOf(text);
    for (let count = 0; count < Math.min(bareCuts, cuts.length); count += 1) {
      const cut = cuts[Math.floor(random() * cuts.length)];
      if (cut !== undefined) said.cut(text, cut, 1, 1);
    }
  }
  // What prose says wants nothing of a payload; what it asks, it asks somebody who understands.
  for (const text of prose) {
    for (const sentence of text.slice(0, 600).split(/(?<=[.!?:;])\s+|\n+/u)) {
      if (/\p{L}/u.test(sentence)) wants.words(sentence, doubtOf(sentence) === null ? nothing : 2, proseWeight);
    }
  }
  for (let count = 0; count < drawnNeutral; count += 1) {
    const place = (['greetings', 'reasons', 'closings'] as const)[count % 3] as 'greetings' | 'reasons' | 'closings';
    wants.words(drawNeutral(place, random), nothing, 0.5);
  }
  return packed(said.fit(2, seed), wants.fit(4, seed + 1));
}

/**
 * Adds a few words of some prose to a third of the sentences, whatever they want: words that the seeds do not hold must
 * say nothing.
 */
function withSnippet(sentence: string, prose: readonly string[], random: Random): string {
  if (random() >= snippetShare || prose.length === 0) return sentence;
  const words = (prose[Math.floor(random() * prose.length)] as string).slice(0, 400).split(/\s+/);
  const from = Math.floor(random() * words.length);
  const snippet = words.slice(from, from + 1 + Math.floor(random() * 5)).join(' ');
  const roll = random();
  if (roll < 0.4) return `${snippet}, ${sentence}`;
  return `${sentence.replace(/[.:]$/, '')} ${roll < 0.8 ? 'for' : 'with'} ${snippet}`;
}

const snippetShare = 0.35;
/** Sentences that the rules of doubt already hold back need no room in the learned ones. */
const doubtedWeight = 0.1;

/** Rows of hashed n-grams with labels. */
class Lessons {
  readonly #reader = new InstructionReader();
  readonly #offsets = [0];
  readonly #buckets: number[] = [];
  readonly #labels: number[] = [];
  readonly #weights: number[] = [];

  words(instruction: string, label: number, weight: number): void {
    this.#reader.readWords(instruction);
    this.#keep(label, weight);
  }

  cut(text: string, cut: Cut, label: number, weight: number): void {
    this.#reader.readWords(cut.instruction);
    this.#reader.addJoint(text, cut);
    this.#keep(label, weight);
  }

  #keep(label: number, weight: number): void {
    const { found, count } = this.#reader.grams;
    for (let at = 0; at < count; at += 1) this.#buckets.push(found[at] as number);
    this.#offsets.push(this.#buckets.length);
    this.#labels.push(label);
    this.#weights.push(weight);
  }

  fit(classes: number, seed: number): LinearWeights {
    const rows = {
      offsets: Int32Array.from(this.#offsets),
      buckets: Int32Array.from(this.#buckets),
      size: instructionBuckets,
    };
    const use = Int32Array.from(this.#labels, (_label, index) => index);
    return fitLinear(rows, this.#labels, this.#weights, use, { ...settings, classes, seed });
  }
}

/** The four columns of `wants` and, as the fifth, the log-odds that a cut is none. */
function packed(said: LinearWeights, wants: LinearWeights): LinearWeights {
  const weights = new Float32Array(instructionBuckets * instructionColumns);
  for (let bucket = 0; bucket < instructionBuckets; bucket += 1) {
    for (let k = 0; k < 4; k += 1) weights[bucket * instructionColumns + k] = wants.weights[bucket * 4 + k] as number;
    weights[bucket * instructionColumns + 4] =
      (said.weights[bucket * 2 + 1] as number) - (said.weights[bucket * 2] as number);
  }
  const none = (said.bias[1] as number) - (said.bias[0] as number);
  return { classes: instructionColumns, weights, bias: Float32Array.of(...wants.bias, none) };
}

function distance(a: string, b: string): number {
  return Math.abs(a.length - b.length);
}
