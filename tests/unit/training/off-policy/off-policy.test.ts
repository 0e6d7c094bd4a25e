import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { estimatePolicy, type LoggedChoice } from '../../../../training/off-policy/off-policy.ts';

/** Two actions; the first is right with 0.9, the second with 0.6. The log explores `share`, the other policy takes `wants`. */
function logged(n: number, share: number, wants: (index: number) => 0 | 1, seed = 1, model = false): LoggedChoice[] {
  const random = seededRandom(seed);
  const right = [0.9, 0.6];
  return Array.from({ length: n }, (_, index): LoggedChoice => {
    const action = random() < share ? 1 : 0;
    const wanted = wants(index);
    const expected = { logged: right[action] as number, target: right[wanted] as number };
    return {
      propensity: action === 1 ? share : 1 - share,
      target: action === wanted ? 1 : 0,
      reward: random() < (right[action] as number) ? 1 : 0,
      slice: index % 2 === 0 ? 'even' : 'odd',
      ...(model ? { expected } : {}),
    };
  });
}

describe('estimate of another policy from old traffic', () => {
  it('finds its mean reward, with an error that is as large as it says', () => {
    for (const seed of [1, 2, 3]) {
      const { snips, standardError, doubt } = estimatePolicy(logged(20_000, 0.1, () => 1, seed));
      expect(doubt).toBeNull();
      expect(Math.abs((snips ?? 0) - 0.6)).toBeLessThan(3 * (standardError ?? 0));
      expect(standardError).toBeLessThan(0.02);
    }
  });

  it('is doubly robust: a model of rewards helps, a wrong one does no harm on average', () => {
    const rows = logged(20_000, 0.1, () => 1, 4, true);
    expect(estimatePolicy(rows).doublyRobust).toBeCloseTo(0.6, 1);
    const wrong = rows.map((row) => ({ ...row, expected: { logged: 0.3, target: 0.3 } }));
    expect(estimatePolicy(wrong).doublyRobust).toBeCloseTo(0.6, 1);
  });

  it('says that it cannot tell, and why', () => {
    const doubtOf = (rows: readonly LoggedChoice[]) => estimatePolicy(rows).doubt;
    expect(doubtOf([])).toMatch(/as much as 0 rows/);
    expect(doubtOf(logged(1000, 0.1, () => 1))).toMatch(/as much as \d+ rows would, 400 are needed/);
    expect(doubtOf(logged(100_000, 0.01, () => 1))).toMatch(/80 % of the weight lies on rows that were hardly ever/);
    const unknown = logged(20_000, 0.1, () => 0).map((row) => ({ ...row, propensity: 0 }));
    expect(doubtOf(unknown)).toMatch(/without the probability/);
    const odd = logged(20_000, 0.1, () => 0).map((row, index) => (index % 2 === 0 ? row : { ...row, target: 0 }));
    expect(doubtOf(odd)).toMatch(/what it would do with odd/);
    expect(estimatePolicy(logged(1000, 0.1, () => 1))).toMatchObject({ snips: null, doublyRobust: null });
  });
});
