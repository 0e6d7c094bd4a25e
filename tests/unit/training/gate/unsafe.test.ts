import { describe, expect, it } from 'vitest';
import type { Pair } from '../../../../training/gate/paired.ts';
import { unsafeBeyondNoise } from '../../../../training/gate/unsafe.ts';

/** A candidate that settles `fresh` messages more than the champion, `unsafe` of them against the word of the log; `executed` of them execute. */
function pairs(fresh: number, unsafe: number, executed = fresh): Pair[] {
  return Array.from({ length: 200 }, (_, index): Pair => {
    const message = {
      message: `m${index}`,
      conversation: `c${index}`,
      correct: true,
      unsafe: false,
      executes: false,
    } as const;
    const isFresh = index < fresh;
    return [
      {
        ...message,
        tier: index < fresh + 50 ? 'dtr' : null,
        unsafe: index < unsafe,
        executes: index < executed,
        correct: index >= unsafe,
      },
      { ...message, tier: !isFresh && index < fresh + 50 ? 'dtr' : null },
    ];
  });
}

describe('unsafeBeyondNoise', () => {
  it('counts every one where labels are trusted', () => {
    expect(unsafeBeyondNoise(pairs(60, 1), 0)).toBe(1);
    expect(unsafeBeyondNoise(pairs(60, 0), 0)).toBe(0);
  });

  it('takes as many for noise as the noise makes likely among what is newly settled', () => {
    expect(unsafeBeyondNoise(pairs(60, 4), 0.08)).toBe(0);
    expect(unsafeBeyondNoise(pairs(60, 9), 0.08)).toBe(9);
    expect(unsafeBeyondNoise(pairs(60, 4), 0.02)).toBe(4);
    expect(unsafeBeyondNoise(pairs(10, 4), 0.08)).toBe(4);
  });

  it('explains nothing by what is newly settled and executes nothing', () => {
    expect(unsafeBeyondNoise(pairs(60, 5, 5), 0.08)).toBe(5);
  });
});
