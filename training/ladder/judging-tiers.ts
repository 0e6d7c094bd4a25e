import type { Thresholds } from '../../models/thresholds.ts';
import { DtrTier } from '../../engine/tiers/dtr.ts';
import { LppmTier } from '../../engine/tiers/lppm.ts';
import type { JudgedTiers } from './judged-turn.ts';
import type { LearnedModels } from '../learned.ts';

/** However unsure: what such a tier settles is all that it could be let settle. */
export const anyConfidence: Thresholds = { standard: 0, byLabel: {} };

/** Tiers that settle whatever they can, so that a threshold can be chosen afterwards. */
export function judgingTiers(models: Pick<LearnedModels, 'dtr' | 'lppm'>): JudgedTiers {
  const options = { thresholds: anyConfidence, modelId: 'candidate' };
  return {
    dtr: models.dtr === null ? null : new DtrTier(models.dtr, options),
    lppm: models.lppm === null ? null : new LppmTier(models.lppm, options),
  };
}
