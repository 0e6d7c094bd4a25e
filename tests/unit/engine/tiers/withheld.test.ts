import { expect, it } from 'vitest';
import { withheld } from '../../../../engine/tiers/withheld.ts';

it('goes up, and keeps what would have been done as the proposal', () => {
  const outcome = { kind: 'reply', text: 'hello' } as const;
  const considered = {
    tier: 'lppm',
    label: 'greet',
    confidence: 0.9,
    threshold: 0.5,
    model: 'm',
    evidence: [],
  } as const;
  const verdict = { ...considered, settled: true, propensity: 1, reason: 'sure', outcome } as const;
  expect(withheld(verdict, 'not carried out', 0.01)).toEqual({
    ...considered,
    settled: false,
    propensity: 0.01,
    reason: 'not carried out',
    proposal: outcome,
  });
});
