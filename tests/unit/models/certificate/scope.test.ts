import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { certifyUnderScope } from '../../../../models/certificate/scope.ts';

const options = { alpha: 0.05, delta: 0.1, shareMost: 0.5 };

/** Rows in scope are right with a probability near their confidence; strangers are less sure. */
function world(seed: number, known: number, strangers: number) {
  const random = seededRandom(seed);
  const inScope = Array.from({ length: known }, () => {
    const confidence = 1 - 0.6 * random() ** 4;
    return { confidence, correct: random() < confidence };
  });
  const out = Array.from({ length: strangers }, () => ({ confidence: 0.2 + 0.8 * random() ** 6 }));
  return { inScope, out };
}

describe('certifyUnderScope', () => {
  it('keeps its promise under every mix, in nine of ten samples', () => {
    const truth = world(99, 20_000, 20_000);
    let broken = 0;
    let found = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const { inScope, out } = world(seed, 1500, 500);
      const { threshold } = certifyUnderScope(inScope, out, options);
      if (threshold === null) continue;
      found += 1;
      const settled = truth.inScope.filter(({ confidence }) => confidence >= threshold);
      const wrong = settled.filter(({ correct }) => !correct).length / truth.inScope.length;
      const taken = truth.out.filter(({ confidence }) => confidence >= threshold).length / truth.out.length;
      if ((wrong + taken) / (settled.length / truth.inScope.length + taken) > options.alpha) broken += 1;
    }
    expect(found).toBeGreaterThan(20);
    expect(broken / found).toBeLessThanOrEqual(options.delta);
  });

  it('settles less the more strangers it must bear, and nothing without any to judge by', () => {
    const { inScope, out } = world(3, 2000, 300);
    const coverage = [0, 0.1, 0.5].map(
      (shareMost) => certifyUnderScope(inScope, out, { ...options, shareMost }).coverage,
    );
    expect(coverage).toEqual([...coverage].sort((a, b) => b - a));
    expect(coverage[0]).toBeGreaterThan(coverage[2] as number);
    expect(certifyUnderScope(inScope, [], options).threshold).toBeNull();
    expect(certifyUnderScope([], out, options).threshold).toBeNull();
  });
});
