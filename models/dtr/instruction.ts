import { sigmoid } from './content-trees.ts';
import { Grams } from './features/markers.ts';
import { TextWindow } from './features/text-window.ts';
import type { LinearTable } from './linear-table.ts';
import { softmaxInPlace } from './linear-fit.ts';
import type { Cut } from './parts.ts';
import { joints } from './parts.ts';

/** Buckets of the instruction classifier; four classes x 16,384 bytes = 64 KiB. */
export const instructionBuckets = 16_384;

const sides = ['before', 'after', 'around'] as const;
/** Words longer than this are told apart by their first letters. */
const longestWord = 24;

/** Reads the n-grams of a possible instruction, and what stands where it meets the payload. */
export class InstructionReader {
  readonly grams = new Grams(instructionBuckets);
  readonly #window = new TextWindow();

  /** The words alone: what they want does not hang on where they stand. */
  readWords(instruction: string): void {
    this.#window.load(instruction);
    this.grams.run(this.#window);
  }

  /** After `readWords` of the same instruction: adds how a cut joins it to the payload. */
  addJoint(text: string, cut: Pick<Cut, 'side' | 'joint' | 'start' | 'end' | 'instruction'>): void {
    const code = sides.indexOf(cut.side) * joints.length + joints.indexOf(cut.joint);
    const { instruction, start, end } = cut;
    this.#add(1, code);
    if (cut.side !== 'after') {
      const last = instruction.length - 1;
      this.#add(2, instruction.charCodeAt(last) * 32 + code);
      this.#add(3, wordBefore(instruction, last + 1));
      this.#add(4, wordAfter(text, start));
      this.#add(5, text.charCodeAt(start) * 32 + code);
    }
    if (cut.side !== 'before') {
      this.#add(6, wordAfter(instruction, 0));
      this.#add(7, wordBefore(text, end));
      this.#add(8, text.charCodeAt(end - 1) * 32 + code);
    }
  }

  #add(kind: number, value: number): void {
    const hash = Math.imul(Math.imul(kind, 0x9e3779b1) ^ value, 0xc2b2ae35);
    this.grams.found[this.grams.count] = (hash ^ (hash >>> 15)) & (instructionBuckets - 1);
    this.grams.count += 1;
  }
}

/** Probabilities of `wishes` for a cut of a text. */
export function wishOf(text: string, cut: Cut, reader: InstructionReader, table: LinearTable): Float64Array {
  const scores = new Float64Array(4);
  reader.readWords(cut.instruction);
  const words = reader.grams.count;
  reader.addJoint(text, cut);
  table.score(reader.grams.found, reader.grams.count, scores);
  const said = sigmoid(-(scores[3] as number));
  table.score(reader.grams.found, words, scores);
  const wish = scores.subarray(0, 3);
  softmaxInPlace(wish);
  for (let k = 0; k < 3; k += 1) wish[k] = (wish[k] as number) * said;
  scores[3] = 1 - said;
  return scores;
}

function wordAfter(text: string, from: number): number {
  let hash = 0;
  const end = Math.min(text.length, from + longestWord);
  for (let at = from; at < end && text.charCodeAt(at) > 32; at += 1) hash = Math.imul(hash ^ lower(text, at), 0x01000193);
  return hash;
}

function wordBefore(text: string, to: number): number {
  let hash = 0;
  let start = to;
  while (start > 0 && to - start < longestWord && text.charCodeAt(start - 1) > 32) start -= 1;
  for (let at = start; at < to; at += 1) hash = Math.imul(hash ^ lower(text, at), 0x01000193);
  return hash;
}

function lower(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 65 && code <= 90 ? code + 32 : code;
}
