import { describe, expect, it } from 'vitest';
import type { Outcome, Verdict } from '../../../../engine/core/decision.ts';
import { textOf } from '../../../../engine/core/message.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import type { Tier } from '../../../../engine/tiers/tier.ts';
import type { AnsweredTurn } from '../../../../training/examples/answered-turn.ts';
import { metamorphicFaults, metamorphicFigures, variantOf } from '../../../../training/gate/metamorphic.ts';
import { messageFixture } from '../../../support/log-fixture.ts';

const call = (name: string, values: Record<string, unknown>, step?: string): Outcome => ({
  kind: 'tool-call',
  name,
  arguments: values,
  ...(step === undefined ? {} : { step, process: 'p' }),
});

/** A real tier with a rule for a model. */
function tierOf(rule: (text: string) => Outcome | null): Tier {
  return {
    name: 'lppm',
    consider: (turn: Turn): Promise<Verdict> => {
      const outcome = rule(textOf(turn.message));
      const base = { tier: 'lppm' as const, label: 'l', confidence: 1, threshold: 0, reason: '', model: null };
      const rest = { ...base, evidence: [], propensity: 1 };
      return Promise.resolve(outcome === null ? { ...rest, settled: false } : { ...rest, settled: true, outcome });
    },
  };
}

function turn(text: string): AnsweredTurn {
  const message = messageFixture(text, { author: 'user', parts: [{ kind: 'text', text, provenance: 'caller' }] });
  return { conversation: 'c', role: 'desk', tools: [], history: [], message, answer: message, call: null };
}

describe('a changed message', () => {
  it.each([
    ['negation', 'restart node 17', 'please do not do this: restart node 17'],
    ['polarity', 'Yes.', 'no'],
    ['polarity', 'restart node 17', undefined],
    ['entity', 'restart node 17', 'restart node 41'],
    ['entity', 'restart it', undefined],
    ['typo', 'restart node 17', 'retsart node 17'],
  ] as const)('of kind %s made of "%s"', (kind, text, expected) => {
    expect(variantOf(kind, text, call('ops.restart', { node: 17 }, 's'))?.text).toBe(expected);
  });

  it('leaves content alone, where every letter counts', () => {
    expect(variantOf('typo', 'systemctl restart nginx', call('shell.run', { command: 'x' }))).toBeNull();
  });

  it('is overlooked by a ladder that reads too little, and heeded by one that passes it up', async () => {
    const turns = Array.from({ length: 40 }, (_, index) => turn(`restart node ${index + 30}`));
    const hasty = tierOf((text) => {
      const node = /\d+/.exec(text)?.[0];
      return text.includes('node') && node !== undefined ? call('ops.restart', { node }, 's') : null;
    });
    const careful = tierOf((text) => {
      const node = /^restart node (\d+)$/.exec(text)?.[1];
      return node === undefined ? null : call('ops.restart', { node }, 's');
    });
    const bad = await metamorphicFigures(turns, [hasty]);
    const good = await metamorphicFigures(turns, [careful]);
    expect(bad).toMatchObject({ negation: { cases: 40, broken: 40 }, entity: { broken: 0 }, typo: { broken: 0 } });
    expect(good).toMatchObject({ negation: { cases: 40, broken: 0 }, typo: { cases: 40, broken: 0 } });
    expect(metamorphicFaults(bad, good)).toEqual([
      'it overlooks a negation in 40 of 40 changed messages, the champion in 0 of 40',
    ]);
    expect(metamorphicFaults(good, bad)).toEqual([]);
    expect(metamorphicFaults(bad, null)).toEqual([]);
  });

  it('may show an old value only where the call is not made of the text', async () => {
    const stale = tierOf((text) => (text.includes('node') ? call('ops.restart', { node: '17' }) : null));
    const figures = await metamorphicFigures([turn('restart node 17')], [stale]);
    expect(figures.entity).toEqual({ cases: 1, broken: 1 });
  });
});
