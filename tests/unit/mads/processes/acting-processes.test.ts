import { describe, expect, it } from 'vitest';
import { ProcessDefinition } from '../../../../engine/action/process-definition.ts';
import type { Outcome, Verdict } from '../../../../engine/core/decision.ts';
import type { Process } from '../../../../engine/core/process.ts';
import { ActingProcesses, type ActingProcess } from '../../../../mads/processes/acting-processes.ts';
import { ProcessTier } from '../../../../mads/processes/process-tier.ts';
import { refund } from '../../../support/mined.ts';

const version = 'a'.repeat(64);
const acting = (process: Process, of: string | null = version): ActingProcess => ({
  definition: new ProcessDefinition(process, () => true),
  version: of,
  isExecutable: true,
});
const call = (name: string, given: Readonly<Record<string, unknown>> = {}, more = {}): Outcome => ({
  kind: 'tool-call',
  name,
  arguments: given,
  ...more,
});

describe('ActingProcesses', () => {
  const processes = new ActingProcesses([acting(refund)]);
  const stepOf = (outcome: Outcome): string | undefined => processes.placeOf(outcome)?.step.id;

  it('finds the step that a proposal names', () => {
    expect(stepOf(call('orders.find', {}, { process: 'refund', step: 'refund' }))).toBe('refund');
    expect(stepOf({ kind: 'reply', text: 'whatever', process: 'refund', step: 'ask' })).toBe('ask');
  });

  it('finds the step of a mapper that learned other names by what it does', () => {
    expect(stepOf(call('orders.find', { order: 'A-1' }, { process: 'orders.find', step: 'call:orders.find' }))).toBe(
      'find',
    );
    expect(stepOf({ kind: 'reply', text: 'Which  order is it?', step: 'say:which' })).toBe('ask');
    expect(stepOf({ kind: 'reply', text: 'You get 12.50 back.' })).toBe('done');
  });

  it.each<[string, Outcome]>([
    ['another tool', call('orders.drop')],
    ['an argument that the step does not have', call('orders.find', { colour: 'red' })],
    ['other words', { kind: 'reply', text: 'You get nothing.' }],
    ['a word for a call', { kind: 'reply', text: 'orders.find', process: 'refund', step: 'find' }],
    ['a refusal', { kind: 'refuse', text: 'No.', policy: 'p' }],
  ])('finds none for %s', (_what, outcome) => {
    expect(stepOf(outcome)).toBeUndefined();
  });

  it('says nothing where two processes do the same', () => {
    const twins = new ActingProcesses([acting(refund), acting({ ...refund, name: 'other' })]);
    expect(twins.placeOf(call('orders.find'))).toBeNull();
    expect(
      twins.placeOf(call('orders.find', {}, { process: 'other', step: 'find' }))?.acting.definition.process.name,
    ).toBe('other');
  });

  it('knows what goes on with a retired process, unless another one follows it', () => {
    const after = new ActingProcesses([], [refund]);
    expect(after.retiredOf(call('orders.find', { order: 'A-1' }))).toBe('refund');
    expect(after.retiredOf({ kind: 'reply', text: 'whatever', process: 'refund', step: 'ask' })).toBe('refund');
    expect(after.retiredOf({ kind: 'reply', text: 'Which order is it?' })).toBeNull();
    expect(after.retiredOf(call('orders.drop'))).toBeNull();
    const followed = new ActingProcesses([acting({ ...refund, name: 'newer' })], [refund]);
    expect(followed.retiredOf(call('orders.find'))).toBeNull();
  });

  it('follows what was loaded last', () => {
    const changing = new ActingProcesses([acting(refund, null)]);
    expect(changing.placeOf(call('orders.find', {}, { process: 'refund', step: 'find' }))?.acting.version).toBeNull();
    changing.load([acting(refund, null), acting(refund)]);
    expect(changing.get('refund')?.version).toBe(version);
    changing.load([]);
    expect(changing.placeOf(call('orders.find'))).toBeNull();
  });
});

describe('ProcessTier', () => {
  const base = { tier: 'lppm', label: 'x', confidence: 0.9, threshold: 0.5, model: 'm', propensity: 1 } as const;
  const considered = async (verdict: Verdict, of: string | null = version): Promise<Verdict> => {
    const inner = { name: 'lppm', consider: () => Promise.resolve(verdict) } as const;
    return new ProcessTier(inner, new ActingProcesses([acting(refund, of)])).consider({} as never);
  };

  it('puts process, step and version into what is settled and what is only proposed', async () => {
    const evidence = [{ what: 'order = "A-1"' }];
    const outcome = call('orders.find', { order: 'A-1' });
    const placed = { ...outcome, process: 'refund', step: 'find' };
    const told = [{ what: 'under process refund, step find, version aaaaaaaaaaaaaaaa' }, ...evidence];
    const settled: Verdict = { ...base, settled: true, outcome, reason: 'sure', evidence };
    expect(await considered(settled)).toEqual({ ...settled, outcome: placed, evidence: told });
    const passed: Verdict = { ...base, settled: false, proposal: outcome, reason: 'unsure', evidence };
    expect(await considered(passed)).toEqual({ ...passed, proposal: placed, evidence: told });
  });

  it('passes up what goes on with a retired process', async () => {
    const outcome = call('orders.find', { order: 'A-1' });
    const settled: Verdict = { ...base, settled: true, outcome, reason: 'sure', evidence: [] };
    const inner = { name: 'lppm', consider: () => Promise.resolve(settled) } as const;
    const verdict = await new ProcessTier(inner, new ActingProcesses([], [refund])).consider({} as never);
    expect(verdict).toEqual({
      ...base,
      settled: false,
      proposal: outcome,
      reason: 'the process refund was retired',
      evidence: [],
    });
  });

  it('leaves alone what belongs to no process', async () => {
    const verdict: Verdict = { ...base, settled: true, outcome: call('other'), reason: 'sure', evidence: [] };
    expect(await considered(verdict)).toBe(verdict);
    const nothing: Verdict = { ...base, settled: false, reason: 'unsure', evidence: [] };
    expect(await considered(nothing)).toBe(nothing);
  });
});
