import { addressesSomebody } from './address-words.ts';
import { sigmoid } from '../trees/content-trees.ts';
import { doubtOf } from './doubt.ts';
import { Grams } from '../features/markers.ts';
import { TextWindow } from '../features/text-window.ts';
import type { LinearTable } from '../words/linear-table.ts';
import { softmaxInPlace } from '../words/linear-fit.ts';
import type { Cut } from './parts.ts';
import { joints } from './parts.ts';

/** Buckets of the instruction classifier; five columns x 16,384 bytes = 80 KiB. */
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

/** Columns of the table: run, keep, ask, nothing wanted; and by itself, that a cut is no instruction with its payload. */
export const instructionColumns = 5;
const wanted = 4;
/** Sentences and clauses of one instruction that are looked at. */
const mostUnits = 12;

/** Marks of code, and options: where they stand, no sentence does. */
const coded = /[{}[\]<>=|\\+~$`]|(?:^|\s)-{1,2}[\w]|;\s*$/;

/** Probability that a cut parts an instruction from its payload. */
export function saidOf(text: string, cut: Cut, reader: InstructionReader, table: LinearTable): number {
  // A fence says by itself what is payload and what is not; quoting marks do so only between words of language.
  if (cut.joint === 'fence') return 1;
  if (coded.test(cut.instruction) || !addressesSomebody(cut.instruction)) return 0;
  if (cut.joint === 'span') return 1;
  reader.readWords(cut.instruction);
  reader.addJoint(text, cut);
  return sigmoid(-table.scoreOf(wanted, reader.grams.found, reader.grams.count));
}

/**
 * What an instruction wants: probabilities of run, keep and ask. Each sentence is heard by itself, so that a greeting or a
 * reason does not water down the request beside it; one sentence or clause has to ask for the deed, and none may speak
 * against it. Whatever wants nothing is for somebody who understands, and counts as ask.
 */
export function wishOf(instruction: string, reader: InstructionReader, table: LinearTable): Float64Array {
  const wish = new Float64Array(3);
  wish[2] = 1;
  if (doubtOf(instruction) !== null) return wish;
  const scores = new Float64Array(instructionColumns);
  const hear = (words: string): void => {
    reader.readWords(words);
    table.score(reader.grams.found, reader.grams.count, scores);
    softmaxInPlace(scores.subarray(0, wanted));
  };
  let run = 0;
  let keep = 0;
  let open = 1;
  let openBeside = [1, 1];
  let units = 0;
  for (const sentence of instruction.split(/(?<=[.!?:;])\s+|\n+/u)) {
    if (units >= mostUnits || !/\p{L}/u.test(sentence)) continue;
    hear(sentence);
    units += 1;
    const asks = scores[2] as number;
    let [ownRun, ownKeep] = [scores[0] as number, scores[1] as number];
    for (const clause of sentence.split(/,\s|\s-\s/)) {
      if (units >= mostUnits || clause.length === sentence.length || !/\p{L}/u.test(clause)) continue;
      hear(clause);
      units += 1;
      ownRun = Math.max(ownRun, scores[0] as number);
      ownKeep = Math.max(ownKeep, scores[1] as number);
    }
    if (ownRun > run) [run, openBeside] = [ownRun, [open, openBeside[1] as number]];
    else openBeside[0] = (openBeside[0] as number) * (1 - asks);
    if (ownKeep > keep) [keep, openBeside] = [ownKeep, [openBeside[0] as number, open]];
    else openBeside[1] = (openBeside[1] as number) * (1 - asks);
    open *= 1 - asks;
  }
  // Both may be asked for by different clauses ("nothing to run, only save"): the stronger one, as far as it is stronger.
  const both = Math.max(1, run + keep);
  wish[0] = (run / both) * (openBeside[0] as number);
  wish[1] = (keep / both) * (openBeside[1] as number);
  wish[2] = 1 - (wish[0] + wish[1]);
  return wish;
}

function wordAfter(text: string, from: number): number {
  let hash = 0;
  const end = Math.min(text.length, from + longestWord);
  for (let at = from; at < end && text.charCodeAt(at) > 32; at += 1)
    hash = Math.imul(hash ^ lower(text, at), 0x01000193);
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
