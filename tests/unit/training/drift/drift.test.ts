import { describe, expect, it } from 'vitest';
import type { ConsideredMessage } from '../../../../datasets/log/considered-messages.ts';
import type { Random } from '../../../../engine/core/clock.ts';
import { normal, seededRandom } from '../../../../engine/core/random.ts';
import { Adwin } from '../../../../training/drift/adwin.ts';
import { driftSigns } from '../../../../training/drift/drift-signs.ts';
import { categoryCounts, quantileCounts, shiftOf } from '../../../../training/drift/psi.ts';

describe('population stability', () => {
  it('is zero for the same sample and known for a textbook one', () => {
    expect(shiftOf([50, 50], [50, 50]).psi).toBeCloseTo(0, 9);
    // 0.5/0.5 against 0.3/0.7: 0.2 ln(0.5/0.3) + 0.2 ln(0.7/0.5)
    expect(shiftOf([50_000, 50_000], [30_000, 70_000]).psi).toBeCloseTo(0.2 * Math.log(5 / 3) + 0.2 * Math.log(1.4), 3);
  });

  it('seldom cries over small samples of the same source, and sees a moved one', () => {
    const random = seededRandom(5);
    let alarms = 0;
    for (let run = 0; run < 200; run += 1) {
      const draw = (shift: number): number[] => Array.from({ length: 200 }, () => normal(random) + shift);
      const same = shiftOf(...quantileCounts(draw(0), draw(0)));
      alarms += Number(same.psi >= same.limit);
      const moved = shiftOf(...quantileCounts(draw(0), draw(1)));
      expect(moved.psi).toBeGreaterThan(moved.limit);
    }
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it('puts rare and new categories together', () => {
    expect(categoryCounts(['a', 'a', 'b', 'c'], ['a', 'x'], 2)).toEqual([
      [2, 1, 1],
      [1, 0, 1],
    ]);
  });
});

describe('ADWIN', () => {
  const feed = (window: Adwin, rate: number, n: number, random: Random): void => {
    for (let index = 0; index < n; index += 1) window.add(random() < rate ? 1 : 0);
  };

  it('keeps a steady stream whole', () => {
    let cut = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const window = new Adwin();
      feed(window, 0.05, 1500, seededRandom(seed));
      cut += Number(window.width < 1500);
    }
    expect(cut).toBeLessThanOrEqual(1);
  });

  it('drops what was before a change, within some hundred observations', () => {
    const window = new Adwin();
    const random = seededRandom(2);
    feed(window, 0.03, 1000, random);
    feed(window, 0.2, 300, random);
    expect(window.rises).toBeGreaterThan(0);
    expect(window.width).toBeLessThan(600);
    expect(window.mean).toBeGreaterThan(0.1);
    feed(window, 0.02, 600, random);
    expect(window.falls).toBeGreaterThan(0);
    expect(window.mean).toBeLessThan(0.08);
  });
});

const messages = (n: number, from: number, make: (random: Random, index: number) => Partial<ConsideredMessage>) => {
  const random = seededRandom(from + 1);
  return Array.from({ length: n }, (_, index): ConsideredMessage => ({
    message: `m${from + index}`,
    conversation: `c${from + index}`,
    time: (from + index) * 60_000,
    tier: 'dtr',
    dtrLabel: random() < 0.5 ? 'shell' : 'sql',
    dtrConfidence: 0.9 + random() / 10,
    lppmLabel: null,
    lppmConfidence: null,
    length: Math.floor(20 + random() * 100),
    opening: `word${Math.floor(random() * 30)}`,
    correct: random() < 0.97,
    ...make(random, index),
  }));
};
const drifting = (rows: readonly ConsideredMessage[]): string[] =>
  driftSigns(rows, { role: 'desk', alpha: 0.05 })
    .filter(({ isDrift }) => isDrift)
    .map(({ kind, what }) => `${kind}: ${what}`);

describe('signs of drift', () => {
  it('are none while nothing changes, and unknown where there is little to see', () => {
    expect(drifting(messages(1500, 0, () => ({})))).toEqual([]);
    expect(
      driftSigns(
        messages(300, 0, () => ({ correct: null })),
        { role: 'desk', alpha: 0.05 },
      ),
    ).toEqual([]);
  });

  it.each<[string, string[], (random: Random, index: number) => Partial<ConsideredMessage>]>([
    ['longer messages', ['feature: length of the messages'], (random) => ({ length: 200 + random() * 50 })],
    ['another kind of content', ['feature: kind of content'], () => ({ dtrLabel: 'logs' })],
    ['less certain answers', ['score: confidence of the tree router'], (random) => ({ dtrConfidence: random() })],
    ['more errors', ['error: share of settled messages that were wrong'], (random) => ({ correct: random() < 0.7 })],
    [
      'unknown commands',
      ['feature: tier that settles', 'unknown: messages that begin in a new way and reach the LLM'],
      (_, index) => ({ tier: 'imperator', opening: `new${index}`, correct: null }),
    ],
    ['a flood', ['volume: messages an hour, times more'], (_, index) => ({ time: 1_000_000_000 + index * 1000 })],
  ])('tell %s', (_, expected, change) => {
    expect(drifting([...messages(1000, 0, () => ({})), ...messages(500, 1000, change)])).toEqual(expected);
  });
});
