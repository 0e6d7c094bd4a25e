import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { calibrationFaults } from '../../../../training/gate/calibration.ts';
import type { JudgedTurn } from '../../../../training/ladder/judged-turn.ts';

const rows = 300;

/** A tier that is as often right as it is sure, but says `shift` more; and one that says exactly that. */
function desk(seed: number, shift: number): { readonly told: JudgedTurn[]; readonly exact: JudgedTurn[] } {
  const random = seededRandom(seed);
  const truth = Array.from({ length: rows }, () => {
    const confidence = 0.4 + 0.35 * random();
    return { confidence, correct: random() < confidence };
  });
  const turns = (added: number) =>
    truth.map(({ confidence, correct }, index) => {
      const dtr = { label: 'a', confidence: confidence + added, correct, executes: false, unsafe: false };
      return { conversation: `c${index}`, message: `m${index}`, dtr, lppm: null };
    });
  return { told: turns(shift), exact: turns(0) };
}
const seeds = Array.from({ length: 20 }, (_none, seed) => seed);

describe('calibrationFaults', () => {
  it('finds nothing in one that is as sure as it may be after one that was too shy, corrections mended or not', () => {
    for (const isMended of [false, true]) {
      const faulty = seeds.filter((seed) => {
        const { told, exact } = desk(seed, -0.1);
        return calibrationFaults(exact, told, isMended).length > 0;
      });
      expect(faulty).toEqual([]);
    }
  });

  it('tells of one that is too sure, and of a shy one where it mends nothing', () => {
    const told = (shift: number, isMended: boolean) =>
      seeds.filter((seed) => {
        const one = desk(seed, shift);
        return calibrationFaults(one.told, one.exact, isMended).length > 0;
      }).length;
    // the bins of 300 rows are noisy: now and then the rise is not proved
    expect(told(0.2, true)).toBeGreaterThanOrEqual(17);
    expect(told(-0.2, false)).toBeGreaterThanOrEqual(16);
    expect(told(-0.2, true)).toBe(0);
  });
});
