import { describe, expect, it } from 'vitest';
import { baseCorpus } from '../../../../../datasets/sample/base-corpus.ts';
import { systemClock } from '../../../../../engine/core/clock.ts';
import type { ContentClass } from '../../../../../models/dtr/example.ts';
import { DtrModel } from '../../../../../models/dtr/model.ts';
import type { TrafficRow } from '../../../../../training/bench/traffic/data.ts';
import { corpusBeside, corpusRows, exampleOf } from '../../../../../training/bench/traffic/data.ts';
import type { Called } from '../../../../../training/bench/traffic/figures.ts';
import { classFigures, coverageFigures } from '../../../../../training/bench/traffic/figures.ts';
import { latencyFigures } from '../../../../../training/bench/traffic/speed.ts';

const rowOf = (text: string, name: ContentClass): TrafficRow => ({
  text,
  class: name,
  subtype: name,
  source: 'test',
  slice: 'in_distribution',
});
const called = (truth: ContentClass, name: ContentClass, confidence: number): Called => ({
  row: rowOf('x', truth),
  class: name,
  confidence,
});
const times = (count: number, one: Called): Called[] => Array.from({ length: count }, () => one);

describe('figures of the traffic bench', () => {
  it('count prose that was called deterministic', () => {
    const figures = classFigures([
      ...times(3, called('prose', 'prose', 0.9)),
      called('prose', 'deterministic', 0.9),
      ...times(4, called('fixed', 'fixed', 0.9)),
    ]);
    expect(figures.accuracy).toBe(0.875);
    expect(figures.proseAsDeterministic).toBe(0.25);
  });

  it('execute nothing that is less sure than the surest prose of val that was called deterministic', () => {
    const val = [
      ...times(900, called('deterministic', 'deterministic', 0.99)),
      ...times(900, called('fixed', 'fixed', 0.8)),
      ...times(900, called('prose', 'prose', 0.9)),
      called('prose', 'deterministic', 0.95),
    ];
    const test = [
      ...times(50, called('deterministic', 'deterministic', 0.99)),
      ...times(50, called('deterministic', 'deterministic', 0.94)),
      ...times(100, called('fixed', 'fixed', 0.8)),
      ...times(100, called('prose', 'deterministic', 0.9)),
    ];
    const [strict] = coverageFigures(val, test, 0.05);
    expect(strict).toMatchObject({ executing: 0.95, contentCoverage: 0.75, proseSettledAsDeterministic: 0, error: 0 });
    expect(strict?.proseSettledAsDeterministicUpper).toBeGreaterThan(0);
  });
});

describe('the corpus beside train', () => {
  it('holds no row that is measured on', () => {
    const known = baseCorpus(1, { rows: 50 }).map((row) => rowOf(row.text.toUpperCase(), row.class));
    const data = { train: [], val: known.slice(0, 25), tests: [{ file: 'test', rows: known.slice(25) }] };
    const measured = new Set(known.map((row) => row.text.trim().toLowerCase()));
    const corpus = corpusBeside(data, 1);
    expect(corpus.length).toBe(corpusRows - 50);
    expect(corpus.some((row) => measured.has(row.text.trim().toLowerCase()))).toBe(false);
  });
});

describe('speed by length', () => {
  it('puts every message into one band', async () => {
    const model = new DtrModel();
    const rows = baseCorpus(3, { rows: 120 }).map((row) => rowOf(row.text, row.class));
    await model.fit(rows.map(exampleOf), { seed: 1 });
    const { latencyUs, messagesPerSecond } = latencyFigures(model, rows, systemClock);
    expect(latencyUs.byLength.reduce((sum, band) => sum + band.n, 0)).toBe(rows.length);
    expect(messagesPerSecond).toBeGreaterThan(0);
  });
});
