import { Grams } from './features/markers.ts';
import { TextWindow } from './features/text-window.ts';
import { wishes } from './instruction-seeds.ts';
import type { LinearTable } from './linear-table.ts';
import { softmaxInPlace } from './linear-fit.ts';
import type { Cut, Joint, Side } from './parts.ts';
import { joints } from './parts.ts';

/** Buckets of the instruction classifier: sentences are short, and four classes x 4,096 bytes = 16 KiB. */
export const instructionBuckets = 4096;

const sides: readonly Side[] = ['before', 'after', 'around'];

/** Reads the n-grams of a possible instruction, with where it stands and how it is set off. */
export class InstructionReader {
  readonly grams = new Grams(instructionBuckets);
  readonly #window = new TextWindow();

  read(instruction: string, side: Side, joint: Joint): void {
    this.#window.load(instruction);
    this.grams.run(this.#window);
    // Two buckets of their own, so that "a line break follows" and "only a blank follows" can be told apart.
    const code = sides.indexOf(side) * joints.length + joints.indexOf(joint);
    this.grams.found[this.grams.count] = (code * 2_654_435 + 17) & (instructionBuckets - 1);
    this.grams.count += 1;
  }
}

/** Probabilities of `wishes` for a cut. */
export function wishOf(cut: Cut, reader: InstructionReader, table: LinearTable): Float64Array {
  const scores = new Float64Array(wishes.length);
  reader.read(cut.instruction, cut.side, cut.joint);
  table.score(reader.grams.found, reader.grams.count, scores);
  softmaxInPlace(scores);
  return scores;
}
