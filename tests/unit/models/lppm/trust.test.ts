import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { applyTrust, fitTrust, scopeScore } from '../../../../models/lppm/certainty/trust.ts';

const signs = { score: 0.9, softScore: 0.6, unknownWords: 0 };

describe('trust', () => {
  it('is the score itself before anything was seen', () => {
    expect(applyTrust(fitTrust([]), signs)).toBeCloseTo(0.9, 9);
  });

  it('learns that unknown words mean trouble where they did, and only there', () => {
    const random = seededRandom(1);
    const rows = Array.from({ length: 400 }, () => {
      const unknownWords = random() < 0.3 ? 0.5 : 0;
      return { ...signs, unknownWords, correct: random() < (unknownWords > 0 ? 0.2 : 0.95) };
    });
    const map = fitTrust(rows);
    expect(applyTrust(map, signs)).toBeGreaterThan(0.9);
    expect(applyTrust(map, { ...signs, unknownWords: 0.5 })).toBeLessThan(0.3);
    const harmless = fitTrust(rows.map((row) => ({ ...row, correct: row.unknownWords > 0 || random() < 0.9 })));
    expect(harmless.unknown).toBeCloseTo(0, 9);
  });

  it('never trusts a surer answer less', () => {
    const random = seededRandom(2);
    const rows = Array.from({ length: 200 }, () => {
      const score = random();
      return { score, softScore: score / 2, unknownWords: random(), correct: random() > score };
    });
    const map = fitTrust(rows);
    const given = [0.1, 0.5, 0.9, 0.99].map((score) => applyTrust(map, { ...signs, score }));
    expect(given).toEqual([...given].sort((a, b) => a - b));
  });

  it('places a message farther out the more of its words are new', () => {
    expect(scopeScore({ ...signs, unknownWords: 0.5 })).toBeLessThan(scopeScore(signs));
    expect(scopeScore({ ...signs, softScore: 0.2 })).toBeLessThan(scopeScore(signs));
  });
});
