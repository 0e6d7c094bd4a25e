import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../engine/core/random.ts';
import { anytimeLower, anytimeUpper } from '../../../models/anytime.ts';
import { clopperPearsonLower, clopperPearsonUpper } from '../../../models/binomial.ts';

/** Share of sequences of 400 rows in which a bound, looked at after every fifth row, is wrong at some time. */
function everWrong(isWrong: (errors: number, n: number) => boolean, rate: number): number {
  const random = seededRandom(11);
  let wrong = 0;
  for (let sequence = 0; sequence < 400; sequence += 1) {
    let errors = 0;
    for (let n = 1; n <= 400; n += 1) {
      if (random() < rate) errors += 1;
      if (n % 5 === 0 && isWrong(errors, n)) {
        wrong += 1;
        break;
      }
    }
  }
  return wrong / 400;
}

describe('bounds that hold whenever one looks', () => {
  // 400 sequences: with a true chance of .1 more than .14 are seen once in some hundreds
  it.each([0.05, 0.3])('are wrong at some time in at most delta of all sequences, at rate %d', (rate) => {
    expect(everWrong((errors, n) => anytimeUpper(errors, n, 0.1) < rate, rate)).toBeLessThan(0.14);
    expect(everWrong((errors, n) => anytimeLower(errors, n, 0.1) > rate, rate)).toBeLessThan(0.14);
    const once = everWrong((errors, n) => clopperPearsonUpper(errors, n, 0.1) < rate, rate);
    expect(once).toBeGreaterThan(0.2);
  });

  it('cost little against a bound for one look', () => {
    const [first] = Array.from({ length: 200 }, (_none, rows) => rows).filter((n) => anytimeUpper(0, n, 0.005) <= 0.05);
    expect(first).toBe(116);
    expect(anytimeUpper(10, 1000, 0.005)).toBeCloseTo(0.0267, 4);
    expect(anytimeLower(50, 500, 0.0025)).toBeCloseTo(0.0541, 4);
    for (const [errors, n] of [
      [0, 50],
      [3, 200],
      [40, 90],
      [5, 100_000],
    ] as const) {
      expect(anytimeUpper(errors, n, 0.01)).toBeGreaterThan(clopperPearsonUpper(errors, n, 0.01));
      expect(anytimeLower(errors, n, 0.01)).toBeLessThanOrEqual(clopperPearsonLower(errors, n, 0.01));
    }
  });

  it('say nothing of no rows, and nothing from above where all are wrong', () => {
    expect([anytimeUpper(0, 0, 0.1), anytimeLower(0, 0, 0.1)]).toEqual([1, 0]);
    expect(anytimeUpper(7, 7, 0.1)).toBe(1);
    expect(anytimeLower(0, 9, 0.1)).toBe(0);
    expect(anytimeLower(7, 7, 0.1)).toBeGreaterThan(0.4);
  });
});
