import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { boundByAudit } from '../../../../models/certificate/audit.ts';

const options = { alpha: 0.05, delta: 0.1 };

describe('boundByAudit', () => {
  it('counts a kind that nobody looked at as wrong, and says how many looks are missing', () => {
    const bound = boundByAudit(
      [
        { name: 'a', settled: 900, judged: 200, errors: 0 },
        { name: 'b', settled: 100, judged: 0, errors: 0 },
      ],
      options,
    );
    expect(bound.errorUpper).toBeGreaterThan(0.1);
    expect(bound.holds).toBe(false);
    expect(bound.missing).toBeGreaterThan(50);
    const enough = boundByAudit(
      [
        { name: 'a', settled: 900, judged: 200, errors: 0 },
        { name: 'b', settled: 100, judged: 40, errors: 0 },
      ],
      options,
    );
    expect(enough).toMatchObject({ holds: true, missing: 0, errors: 0, judged: 240 });
  });

  it('gives up where errors are too many for any number of looks that makes sense', () => {
    const bound = boundByAudit([{ name: 'a', settled: 100, judged: 100_000, errors: 20_000 }], options);
    expect(bound).toMatchObject({ holds: false, missing: null });
  });

  it('says nothing of nothing', () => {
    expect(boundByAudit([], options)).toMatchObject({ settled: 0, error: 0, errorUpper: 0, holds: true });
  });

  it('covers the true error in at least 1 - delta of all samples, however unevenly kinds are looked at', () => {
    const random = seededRandom(5);
    const kinds = [
      { name: 'a', settled: 8000, rate: 0.01, judged: 60 },
      { name: 'b', settled: 2000, rate: 0.2, judged: 300 },
    ];
    const truth = 0.8 * 0.01 + 0.2 * 0.2;
    let covered = 0;
    for (let trial = 0; trial < 400; trial += 1) {
      const strata = kinds.map(({ name, settled, rate, judged }) => ({
        name,
        settled,
        judged,
        errors: Array.from({ length: judged }, () => random() < rate).filter(Boolean).length,
      }));
      if (boundByAudit(strata, options).errorUpper >= truth) covered += 1;
    }
    expect(covered / 400).toBeGreaterThanOrEqual(0.9);
  });
});
