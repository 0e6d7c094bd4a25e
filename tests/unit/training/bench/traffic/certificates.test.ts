import { describe, expect, it } from 'vitest';
import type { ContentClass } from '../../../../../models/dtr/example.ts';
import { certificateFigures, shiftFigures } from '../../../../../training/bench/traffic/certificates.ts';
import type { Called } from '../../../../../training/bench/traffic/figures.ts';

const called = (truth: ContentClass, name: ContentClass, confidence: number, source = 'known'): Called => ({
  row: { text: 'x', class: truth, subtype: truth, source, slice: 'in_distribution' },
  class: name,
  confidence,
});
const times = (count: number, one: Called): Called[] => Array.from({ length: count }, () => one);

const val = [
  ...times(3000, called('deterministic', 'deterministic', 0.99)),
  ...times(200, called('deterministic', 'deterministic', 0.6)),
  ...times(30, called('prose', 'deterministic', 0.6)),
  ...times(1500, called('fixed', 'fixed', 0.95)),
  ...times(1500, called('prose', 'prose', 0.9)),
];

describe('certificates of the traffic bench', () => {
  it('execute less prose where the tool cannot be undone', () => {
    const test = [
      ...times(90, called('deterministic', 'deterministic', 0.99)),
      ...times(10, called('deterministic', 'deterministic', 0.6)),
      ...times(5, called('prose', 'deterministic', 0.6)),
      ...times(95, called('prose', 'prose', 0.9)),
    ];
    const five = certificateFigures(val, test, 0.1).find(({ alpha }) => alpha === 0.02);
    expect(five?.madeFor).toBe('in-distribution');
    expect(five?.onTest.usual).toMatchObject({ contentCoverage: 1, proseExecuted: 0.05 });
    expect(five?.onTest.irreversible).toMatchObject({ contentCoverage: 0.9, proseExecuted: 0, error: 0 });
  });

  it('say which bound breaks on sources that nothing learned from', () => {
    const leftOut = [
      ...times(300, called('fixed', 'fixed', 0.97, 'alike')),
      ...times(60, called('prose', 'fixed', 0.97, 'strange')),
    ];
    const [strict] = shiftFigures(val, leftOut, 0.1);
    expect(strict?.inDistribution.shift.fixed).toMatchObject({ holds: false, sources: 2, errors: 60 });
    expect(strict?.inDistribution.shift.fixed.worst).toEqual({ source: 'strange', settled: 60, error: 1 });
    expect(strict?.sourceShifted.madeFor).toBe('source-shifted');
  });
});
