import { CetTier } from '../../engine/tiers/cet.ts';
import { DtrTier } from '../../engine/tiers/dtr.ts';
import { LppmTier } from '../../engine/tiers/lppm.ts';
import type { JudgedTiers } from './judged-turn.ts';
import type { Learned } from '../learned.ts';

/** The ladder as it would serve. */
export function tiersOf(
  learned: Pick<Learned, 'models' | 'thresholds'>,
): JudgedTiers & { readonly cet: CetTier | null } {
  const { models, thresholds } = learned;
  return {
    dtr: models.dtr === null ? null : new DtrTier(models.dtr, { thresholds: thresholds.dtr, modelId: 'candidate' }),
    lppm:
      models.lppm === null ? null : new LppmTier(models.lppm, { thresholds: thresholds.lppm, modelId: 'candidate' }),
    cet: models.cet === null ? null : new CetTier(models.cet, { modelId: 'candidate' }),
  };
}
