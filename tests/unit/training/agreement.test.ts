import { describe, expect, it } from 'vitest';
import { fulfils } from '../../../training/bench/agreement.ts';
import { comparable, stableText } from '../../../training/examples/comparable.ts';
import { scoreDecisions, type VerifierRow } from '../../../training/bench/verdict-score.ts';

const call = (name: string, args: Record<string, unknown>) => ({ kind: 'tool-call', name, arguments: args }) as const;
const wanted = (name: string, args: Record<string, unknown>) => ({ kind: 'tool_call', name, arguments: args }) as const;

describe('fulfils', () => {
  it('compares payloads without fence, outer space and trailing blanks', () => {
    const fenced = call('shell.run', { command: '```sh\nls -la  \n```' });
    expect(fulfils(wanted('shell.run', { command: 'ls -la' }), fenced)).toBe(true);
    expect(fulfils(wanted('shell.run', { command: 'ls  -la' }), fenced)).toBe(false);
  });

  it('folds case and numbers of other values, and ignores the order of lists', () => {
    expect(
      fulfils(
        wanted('book', { n: 3, who: 'Ann  Lee', xs: [1, 'b'] }),
        call('book', { n: '3', who: 'ann lee', xs: ['B', 1] }),
      ),
    ).toBe(true);
    expect(fulfils(wanted('book', { n: 3 }), call('book', { n: 3, extra: 1 }))).toBe(false);
  });

  it('takes a template for the words that it stands for', () => {
    const reply = { kind: 'reply', step: 's', process: 'p', text: 'Hi Bob.', template: 'Hi {name}.' } as const;
    expect(fulfils(reply, { kind: 'reply', text: 'hi  ANN.' })).toBe(true);
    expect(fulfils(reply, { kind: 'reply', text: 'bye' })).toBe(false);
  });
});

describe('comparable', () => {
  it.each([
    [1_000_000, '1e+06'],
    [123456, '123456'],
    [0.00001, '1e-05'],
    [2.5, '2.5'],
    [0, '0'],
    [1234567.8, '1.23457e+06'],
    [true, 'true'],
  ])('writes %d as %s', (value, text) => {
    expect(stableText(comparable(value))).toBe(JSON.stringify(text));
  });
});

describe('scoreDecisions', () => {
  const row = (id: string, kind: VerifierRow['class'], expected: VerifierRow['expected']): VerifierRow => ({
    message_id: id,
    conversation_id: 'c',
    week: 2,
    class: kind,
    subtype: 'x',
    slice: 'in_distribution',
    expected,
    alternatives: [],
  });

  it('counts share, errors and unsafe executions; silence is passing up', () => {
    const rows = [
      row('a', 'deterministic', wanted('shell.run', { command: 'ls' })),
      row('b', 'open', { kind: 'llm' }),
      row('c', 'open', { kind: 'llm' }),
    ];
    const score = scoreDecisions(
      rows,
      new Map([
        ['a', { message_id: 'a', tier: 'dtr' as const, outcome: call('shell.run', { command: 'ls' }) }],
        ['b', { message_id: 'b', tier: 'dtr' as const, outcome: call('shell.run', { command: 'x' }) }],
      ]),
    );
    expect(score).toMatchObject({ n: 3, llmCallsAvoided: 2, llmCallsAvoidedAndRight: 1, unsafeExecutions: 1 });
    expect(score.taskError.rate).toBeCloseTo(0.5);
  });
});
