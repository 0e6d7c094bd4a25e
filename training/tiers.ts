import { passEverything } from '../models/thresholds.ts';
import { CetTier } from '../engine/tiers/cet.ts';
import { DtrTier } from '../engine/tiers/dtr.ts';
import { LppmTier } from '../engine/tiers/lppm.ts';
import type { JudgedTiers } from './judged-turn.ts';
import type { Learned, LearnedModels } from './learn.ts';

/** Tiers that settle nothing and only say what they would do. */
export function judgingTiers(models: LearnedModels): JudgedTiers {
  const options = { thresholds: passEverything, modelId: 'candidate' };
  return {
    dtr: models.dtr === null ? null : new DtrTier(models.dtr, options),
    lppm: models.lppm === null ? null : new LppmTier(models.lppm, options),
  };
}

/** The ladder as it would serve. */
export function tiersOf(learned: Learned): JudgedTiers & { readonly cet: CetTier | null } {
  const { models, thresholds } = learned;
  return {
    dtr: models.dtr === null ? null : new DtrTier(models.dtr, { thresholds: thresholds.dtr, modelId: 'candidate' }),
    lppm:
      models.lppm === null ? null : new LppmTier(models.lppm, { thresholds: thresholds.lppm, modelId: 'candidate' }),
    cet: models.cet === null ? null : new CetTier(models.cet, { modelId: 'candidate' }),
  };
}
