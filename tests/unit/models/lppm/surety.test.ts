import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../engine/core/random.ts';
import { moveOf } from '../../../../models/lppm/encoding/encode.ts';
import type { DialogueTurn } from '../../../../models/lppm/example.ts';
import { callFlow, flowOf } from '../../../../models/lppm/encoding/flow.ts';
import { fitSurety, signalNames, suretyOf, suretySignals } from '../../../../models/lppm/certainty/surety.ts';

const user: DialogueTurn = { speaker: 'user', text: 'yes', step: null, values: null };
const scripted: DialogueTurn = { speaker: 'agent', text: 'Your name?', step: 'ask_name', values: null };
const free: DialogueTurn = { speaker: 'agent', text: 'Well now.', step: 'escalate', values: null };

function call(values: Record<string, unknown>): DialogueTurn {
  return { speaker: 'action', text: 'weather', step: null, values };
}
function result(values: Record<string, unknown>): DialogueTurn {
  return { speaker: 'result', text: '', step: null, values };
}

function namesOf(turns: readonly DialogueTurn[]): string[] {
  const names: string[] = [];
  callFlow(turns, flowOf(turns, moveOf), (name) => void names.push(name));
  return names;
}

describe('flowOf', () => {
  it('counts replies outside the script, and calls since the user spoke', () => {
    expect(flowOf([user, scripted, user, free, call({}), result({}), call({})], moveOf)).toEqual({
      replies: 2,
      offScript: 1,
      callsInARow: 2,
    });
    expect(flowOf([call({}), user], moveOf).callsInARow).toBe(0);
  });
});

describe('callFlow', () => {
  it('sees whether a result fits what was asked for', () => {
    const asked = call({ City: 'Detroit' });
    const fitting = namesOf([user, asked, result({ City: 'Detroit' })]);
    const other = namesOf([user, asked, result({ City: 'Pittsburgh' })]);
    expect(fitting).toContain('rf City true result');
    expect(other).toContain('rf City false result');
  });

  it('sees what changed from one call to the next', () => {
    const names = namesOf([user, call({ City: 'Detroit', Day: 'Monday' }), call({ City: 'Detroit', Day: 'Friday' })]);
    expect(names).toContain('cd weather Day action');
    expect(names).not.toContain('cd weather City action');
    expect(namesOf([user, scripted])).toEqual([]);
  });
});

describe('fitSurety', () => {
  const shares = Float64Array.of(0.7, 0.2, 0.1);
  const signalsOf = (turns: readonly DialogueTurn[]): number[] => suretySignals({ turns }, shares, [shares], 0, 2);
  const kept = signalsOf([user, scripted, user]);
  const left = signalsOf([user, free, user]);

  it('learns that an agent who left the script will leave it again', () => {
    const random = seededRandom(1);
    const rows = Array.from({ length: 400 }, (_, row) =>
      row % 2 === 0 ? { signals: kept, correct: random() < 0.9 } : { signals: left, correct: random() < 0.4 },
    );
    const surety = fitSurety(rows);
    expect(suretyOf(surety, kept)).toBeGreaterThan(0.8);
    expect(suretyOf(surety, left)).toBeLessThan(0.55);
  });

  it('changes nothing where nothing was seen, and stays within bounds where rows are all right', () => {
    expect(suretyOf(fitSurety([]), kept)).toBeCloseTo(0.7, 6);
    const sure = suretyOf(fitSurety(Array.from({ length: 200 }, () => ({ signals: kept, correct: true }))), kept);
    expect(sure).toBeGreaterThan(0.9);
    expect(sure).toBeLessThan(1);
    expect(kept).toHaveLength(signalNames.length);
  });
});
