import { describe, expect, it } from 'vitest';
import type { RegistryEvent, RegistryRecord } from '../../../../models/registry/log.ts';
import { levelOfNextTest, monthlyLevel } from '../../../../training/gate/alpha-spending.ts';
import { championAt } from '../../../../training/gate/champion-before.ts';

const record = (time: number, event: RegistryEvent): RegistryRecord => ({ sequence: 1, time, event });
const base = { role: 'pm', reason: '' };
const promoted = (time: number, bundle: string): RegistryRecord =>
  record(time, { kind: 'model-promoted', ...base, bundle, previous: null, token: null });
const tested = (time: number, level: number): RegistryRecord =>
  record(time, { kind: 'candidate-tested', role: 'pm', bundle: 'b', champion: 'a', level, isPromoted: false });

describe('levelOfNextTest', () => {
  const november = Date.UTC(2026, 10, 21);

  it('never spends more in a month than the month has, however often is tested', () => {
    const history: RegistryRecord[] = [];
    let spent = 0;
    for (let test = 0; test < 500; test += 1) {
      const level = levelOfNextTest(history, november);
      expect(level).toBeGreaterThan(0);
      spent += level;
      history.push(tested(november, level));
    }
    expect(spent).toBeLessThan(monthlyLevel);
  });

  it('begins anew with a month', () => {
    const history = [tested(november, 0.04)];
    expect(levelOfNextTest(history, november)).toBeCloseTo(0.001, 9);
    expect(levelOfNextTest(history, Date.UTC(2026, 11, 1))).toBeCloseTo(0.005, 9);
    expect(levelOfNextTest([], november)).toBeCloseTo(0.005, 9);
  });
});

describe('championAt', () => {
  const history = [
    promoted(10, 'a'),
    promoted(20, 'b'),
    record(30, { kind: 'model-rolled-back', ...base, bundle: 'a', previous: 'b' }),
    promoted(40, 'c'),
  ];

  it.each([
    [5, null],
    [10, 'a'],
    [25, 'b'],
    [35, 'a'],
    [99, 'c'],
  ])('at %d it is %s', (time, expected) => {
    expect(championAt(history, time)).toBe(expected);
  });
});
