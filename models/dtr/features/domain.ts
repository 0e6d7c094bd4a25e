import { features } from './schema.ts';

const bounds = {
  count: [0, Infinity],
  share: [0, 1],
  flag: [0, 1],
  code: [-Infinity, Infinity],
} as const;

/** Smallest and largest value that a column can have; learned columns have no bounds. */
export function featureDomain(column: number): readonly [lowest: number, largest: number] {
  const feature = features[column];
  return feature === undefined ? [-Infinity, Infinity] : bounds[feature.unit];
}
