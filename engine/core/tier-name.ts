/** The filters in the order in which a message meets them. */
export const tierNames = ['dtr', 'lppm', 'cet', 'imperator'] as const;
export type TierName = (typeof tierNames)[number];

/** V1 is the LLM alone; each level adds a filter, so that the worth of each can be measured by leaving it out. */
export const levels = {
  V1: ['imperator'],
  V2: ['lppm', 'imperator'],
  V3: ['dtr', 'lppm', 'imperator'],
  V4: ['dtr', 'lppm', 'cet', 'imperator'],
} as const satisfies Record<string, readonly TierName[]>;
export type Level = keyof typeof levels;
