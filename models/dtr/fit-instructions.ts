import type { Random } from '../../engine/core/clock.ts';
import { instructionBuckets, InstructionReader } from './instruction.ts';
import type { Wish } from './instruction-seeds.ts';
import { wishes } from './instruction-seeds.ts';
import type { LinearWeights } from './linear-fit.ts';
import { fitLinear } from './linear-fit.ts';
import type { Joint, Side } from './parts.ts';
import { cutsOf } from './parts.ts';

interface InstructionRow {
  readonly instruction: string;
  readonly side: Side;
  readonly joint: Joint;
  readonly wish: Wish;
  readonly weight: number;
}

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

/** Wrong cuts kept per message: those next to the right one teach where a sentence ends. */
const wrongCuts = 8;
const bareCuts = 3;

/**
 * Learns what a sentence around a payload wants, and which words are no such sentence. Wrong cuts of the same messages
 * and all cuts of bare payloads are `none`; cuts of prose at line breaks are `ask`, so that doubt passes up.
 */
export function fitInstructions(
  instructed: readonly Instructed[],
  bare: readonly string[],
  prose: readonly string[],
  seed: number,
  random: Random,
): LinearWeights {
  const rows: InstructionRow[] = [];
  for (const message of instructed) {
    const { instruction, side, joint, wish, weight } = message;
    rows.push({ instruction, side, joint, wish, weight });
    const wrong = cutsOf(message.text).filter(
      (cut) => message.text.slice(cut.start, cut.end).trim() !== message.payload.trim(),
    );
    const near = wrong.toSorted((a, b) => distance(a.instruction, instruction) - distance(b.instruction, instruction));
    for (const cut of near.slice(0, wrongCuts)) rows.push({ ...cut, wish: 'none', weight: weight * 0.7 });
  }
  for (const text of bare) {
    const cuts = cutsOf(text);
    for (let count = 0; count < Math.min(bareCuts, cuts.length); count += 1) {
      const cut = cuts[Math.floor(random() * cuts.length)];
      if (cut !== undefined) rows.push({ ...cut, wish: 'none', weight: 1 });
    }
  }
  for (const text of prose) {
    for (const cut of cutsOf(text)) {
      if (cut.joint !== 'word' && cut.joint !== 'mark') rows.push({ ...cut, wish: 'ask', weight: 0.5 });
    }
  }
  const reader = new InstructionReader();
  const offsets = new Int32Array(rows.length + 1);
  const buckets: number[] = [];
  for (const [index, row] of rows.entries()) {
    reader.read(row.instruction, row.side, row.joint);
    for (let at = 0; at < reader.grams.count; at += 1) buckets.push(reader.grams.found[at] as number);
    offsets[index + 1] = buckets.length;
  }
  return fitLinear(
    { offsets, buckets: Int32Array.from(buckets), size: instructionBuckets },
    rows.map((row) => wishes.indexOf(row.wish)),
    rows.map((row) => row.weight),
    Int32Array.from(rows, (_row, index) => index),
    { classes: wishes.length, epochs: 6, rate: 0.3, decay: 0, seed },
  );
}

function distance(a: string, b: string): number {
  return Math.abs(a.length - b.length);
}
