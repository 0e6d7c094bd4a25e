import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roughTokens } from '../../../../models/cet/candidate.ts';
import { summaryOf } from '../../../../models/cet/summary.ts';

describe('summaryOf', () => {
  const texts = [
    'The kayak trip to Bergen starts in June. Nice weather today.',
    'Who pays for the kayak trip to Bergen?',
    'Anna pays the hotel in Bergen and the train. My phone rang.',
    'The hotel and the train are booked by Anna. Hello there.',
  ];
  it('tells what comes up again and again, in order, and each thing once', () => {
    const summary = summaryOf(texts, 30, roughTokens)!;
    expect(summary).toBe('Who pays for the kayak trip to Bergen? ... Anna pays the hotel in Bergen and the train.');
  });
  it('stays under its budget, whatever it is given, and says nothing where nothing fits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.lorem({ mode: 'sentences', maxCount: 4 })),
        fc.integer({ min: 0, max: 80 }),
        (given, budget) => {
          const summary = summaryOf(given, budget, roughTokens);
          if (summary !== null) expect(roughTokens(summary)).toBeLessThanOrEqual(budget);
        },
      ),
      { numRuns: 50 },
    );
    expect([
      summaryOf([], 100, roughTokens),
      summaryOf(texts, 3, roughTokens),
      summaryOf([''], 9, roughTokens),
    ]).toEqual(Array(3).fill(null));
  });
});
