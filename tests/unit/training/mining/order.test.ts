import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { conformanceOf } from '../../../../training/mining/conformance.ts';
import { graphOf } from '../../../../training/mining/graph.ts';
import { masked } from '../../../../training/mining/masks.ts';
import type { Run } from '../../../../training/mining/run.ts';

const random = seededRandom(7);

/** Runs of a script of which agents skip half of the steps, and swap two neighbours now and then. */
const careless = (count: number, n: number): number[][] =>
  Array.from({ length: count }, () => {
    const run = Array.from({ length: n }, (_, step) => step).filter(() => random() < 0.5);
    if (random() < 0.2 && run.length > 2) [run[0], run[1]] = [run[1] as number, run[0] as number];
    return run;
  });

describe('graphOf', () => {
  const runOf = (steps: readonly number[], index: number): Run => ({
    conversation: `c${index}`,
    moves: steps.map((step) => ({ kind: 'reply', message: `${index}/${step}`, text: `step ${step}` })),
    taken: steps.map((step, at) => ({ key: String(step), at })),
  });

  it('makes a chain of steps that are skipped, not a branch for each', () => {
    const { edges } = graphOf(
      careless(60, 6).map(runOf),
      () => false,
      () => 1,
    );
    expect(edges.map(({ from, to }) => `${from}${to}`)).toEqual(['01', '12', '23', '34', '45']);
  });

  it('leaves out slips from other processes and keeps rare steps of its own', () => {
    const runs = Array.from({ length: 100 }, (_, index) =>
      runOf([0, 1, ...(index < 5 ? [2] : []), ...(index === 50 ? [3] : []), 4], index),
    );
    const { steps } = graphOf(
      runs,
      () => false,
      (key) => (key === '3' ? 0.01 : 1),
    );
    expect(steps.map(({ key }) => key)).toEqual(['0', '1', '2', '4']);
  });
});

describe('conformanceOf', () => {
  const chain = {
    starts: [0],
    edges: [
      [0, 1],
      [1, 2],
    ] as const,
    isOptional: (step: number) => step === 1,
    size: 3,
  };

  it('is 1 for runs of the graph, also where an optional step is left out', () => {
    expect(
      conformanceOf(
        [
          [0, 1, 2],
          [0, 2],
        ],
        chain,
      ),
    ).toEqual({ fitness: 1, precision: 1 });
  });

  it('counts moves that lie on no way', () => {
    expect(conformanceOf([[0, 2, 1]], chain).fitness).toBeCloseTo(2 / 3, 9);
  });

  it('counts ways that no run goes', () => {
    // After 0 the graph allows 1 and 2; the runs only ever go to 1.
    expect(conformanceOf([[0, 1, 2]], chain).precision).toBeCloseTo(3 / 4, 9);
  });
});

describe('masked', () => {
  it('takes known values and numbers out, whole words alone', () => {
    expect(masked('The Attic is free at 5 pm for 1,200 guests', ['The Attic', '5 pm'])).toBe(
      '⟨⟩ is free at ⟨⟩ for ⟨⟩ guests',
    );
    expect(masked('Atticus is here', ['Attic'])).toBe('atticus is here');
  });

  it('keeps words where nothing but values would be left', () => {
    expect(masked('Legume', ['Legume'])).toBe('legume');
  });
});
