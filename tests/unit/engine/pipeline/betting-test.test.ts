import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { BettingTest } from '../../../../engine/pipeline/betting-test.ts';

/** Share of runs in which the evidence ever reaches 1/alpha, looked at after every observation. */
function alarms(rate: number, alpha: number, bound = 0.3): number {
  const random = seededRandom(7);
  const runs = 300;
  let raised = 0;
  for (let run = 0; run < runs; run += 1) {
    const test = new BettingTest();
    for (let index = 0; index < 400 && test.state.most < 1 / alpha; index += 1) {
      test.add(random() < rate ? 1 : 0, bound, 0);
    }
    raised += Number(test.state.most >= 1 / alpha);
  }
  return raised / runs;
}

describe('a test by betting', () => {
  it('is rarely fooled, however often one looks, and finds what is there', () => {
    expect(alarms(0.3, 0.1)).toBeLessThan(0.1);
    expect(alarms(0.2, 0.1)).toBeLessThan(0.01);
    expect(alarms(0.45, 0.01)).toBeGreaterThan(0.95);
  });

  it('goes on where it was', () => {
    const whole = new BettingTest();
    for (const value of [1, 0, 1, 1]) whole.add(value, 0.5, 0);
    const half = new BettingTest();
    for (const value of [1, 0]) half.add(value, 0.5, 0);
    const rest = new BettingTest(JSON.parse(JSON.stringify(half.state)) as typeof half.state);
    for (const value of [1, 1]) rest.add(value, 0.5, 0);
    expect(rest.state).toEqual(whole.state);
    expect(whole.evidence).toBeGreaterThan(1);
  });

  it('loses at most the stake where an observation lies below what is possible', () => {
    const test = new BettingTest();
    test.add(-5, 0, -1);
    expect(test.evidence).toBeGreaterThan(0);
  });
});
