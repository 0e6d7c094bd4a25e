import { describe, expect, it } from 'vitest';
import { ActionEngine } from '../../../../engine/action/action-engine.ts';
import { ProcessDefinition } from '../../../../engine/action/process-definition.ts';
import { ProcessRunner, type ProcessState } from '../../../../engine/action/process-runner.ts';
import { ToolRegistry } from '../../../../engine/action/tool-registry.ts';
import type { Process } from '../../../../engine/core/process.ts';

const refund: Process = {
  name: 'refund',
  description: 'give money back for an order',
  slots: [
    { name: 'order', schema: { type: 'string', minLength: 3 }, question: 'Which order?', required: true },
    { name: 'note', schema: { type: 'string' }, required: false },
  ],
  steps: [
    { id: 'look', kind: 'call', tool: 'order.get', arguments: { id: { from: 'slot', slot: 'order' } } },
    { id: 'late', kind: 'end', text: 'Order {order} is older than 30 days, sorry.' },
    {
      id: 'pay',
      kind: 'call',
      tool: 'refund.make',
      arguments: {
        id: { from: 'slot', slot: 'order' },
        amount: { from: 'result', step: 'look', path: 'total' },
        currency: { from: 'constant', value: 'EUR' },
        note: { from: 'slot', slot: 'note' },
      },
    },
    { id: 'bye', kind: 'end', text: 'Refunded {look.total} for {order}.' },
  ],
  edges: [
    { from: 'look', to: 'late', when: { path: 'look.late', equals: true } },
    { from: 'look', to: 'pay' },
    { from: 'pay', to: 'bye' },
  ],
  start: 'look',
};

const authority = { caller: 'ann', allows: 'irreversible', provenance: ['caller'] } as const;
const context = { authority, conversation: 'talk' };

function desk(order: unknown) {
  const calls: unknown[] = [];
  const open = { type: 'object' } as const;
  const registry = new ToolRegistry([
    { definition: { name: 'order.get', parameters: open, blastRadius: 'read' }, handler: () => Promise.resolve(order) },
    {
      definition: { name: 'refund.make', parameters: open, blastRadius: 'irreversible' },
      handler: (given) => {
        calls.push(given);
        return Promise.resolve({ ok: true });
      },
    },
  ]);
  const actions = new ActionEngine(registry);
  const definition = new ProcessDefinition(refund, (name) => actions.has(name));
  return { runner: new ProcessRunner(actions), definition, calls };
}

describe('ProcessRunner', () => {
  it('asks for a missing slot, then calls, fills arguments from slots, results and constants, and ends', async () => {
    const { runner, definition, calls } = desk({ total: 12.5, late: false });
    const asked = await runner.run(definition, runner.start(definition), {}, context);
    expect(asked).toMatchObject({ kind: 'asked', slot: 'order', text: 'Which order?', calls: [] });
    const ended = await runner.run(definition, asked.state, { order: 'A-17' }, context);
    expect(ended).toMatchObject({ kind: 'ended', text: 'Refunded 12.5 for A-17.' });
    expect(calls).toEqual([{ id: 'A-17', amount: 12.5, currency: 'EUR' }]);
  });

  it('branches on a result', async () => {
    const { runner, definition, calls } = desk('{"late": true}');
    const run = await runner.run(definition, runner.start(definition), { order: 'A-17' }, context);
    expect(run).toMatchObject({ kind: 'ended', text: 'Order A-17 is older than 30 days, sorry.' });
    expect(calls).toEqual([]);
  });

  it('waits for the answer to a question that fills no slot, and says nothing with a blank in it', async () => {
    const { runner, calls } = desk({ total: 12.5, late: false });
    const steps: Process['steps'] = [
      { id: 'sure', kind: 'tell', text: 'Shall I look?' },
      ...refund.steps.filter((step) => step.id === 'look'),
      { id: 'said', kind: 'end', text: 'It is {look.colour}.' },
    ];
    const edges = [
      { from: 'sure', to: 'look' },
      { from: 'look', to: 'said' },
    ];
    const definition = new ProcessDefinition({ ...refund, steps, edges, start: 'sure' }, () => true);
    const asked = await runner.run(definition, runner.start(definition), { order: 'A-17' }, context);
    expect(asked).toMatchObject({ kind: 'asked', slot: null, text: 'Shall I look?', state: { step: 'look' } });
    expect(calls).toEqual([]);
    const run = await runner.run(definition, asked.state, {}, context);
    expect(run).toMatchObject({
      kind: 'handed-over',
      text: '',
      reason: expect.stringContaining('{look.colour}') as string,
    });
  });

  it('asks again for a value that does not fit, then hands over', async () => {
    const { runner, definition } = desk({});
    let state: ProcessState = runner.start(definition);
    const kinds: string[] = [];
    for (const order of ['x', 'y', 'z']) {
      const run = await runner.run(definition, state, { order }, context);
      kinds.push(run.kind);
      state = run.state;
    }
    expect(kinds).toEqual(['asked', 'asked', 'handed-over']);
  });

  it('hands over with the plan so far where a tool is not allowed', async () => {
    const { runner, definition } = desk({ total: 3 });
    const timid = { ...context, authority: { ...authority, allows: 'reversible' as const } };
    const run = await runner.run(definition, runner.start(definition), { order: 'A-17' }, timid);
    expect(run.kind).toBe('handed-over');
    expect(run.kind === 'handed-over' && run.plan).toMatch(
      /done look; next would be pay[\s\S]*A-17[\s\S]*refund\.make/,
    );
  });
});

describe('ProcessDefinition', () => {
  const invalid = (change: Partial<Process>): unknown => {
    try {
      return new ProcessDefinition({ ...refund, ...change }, (name) => name !== 'gone');
    } catch (error) {
      return error;
    }
  };

  it.each<[string, Partial<Process>, string]>([
    ['a circle without an ask', { edges: [...refund.edges, { from: 'bye', to: 'pay' }] }, 'pay'],
    ['a missing step', { edges: [{ from: 'look', to: 'nowhere' }] }, 'look'],
    ['a missing start', { start: 'nowhere' }, 'nowhere'],
    ['an unknown tool', { steps: [{ id: 'look', kind: 'call', tool: 'gone', arguments: {} }] }, 'look'],
    ['an unknown slot', { steps: [{ id: 'look', kind: 'ask', slot: 'gone', text: '?' }] }, 'look'],
    [
      'a slot whose schema cannot be read',
      { slots: [{ name: 'order', schema: { type: 'strng' }, required: true }, refund.slots[1]!] },
      'look',
    ],
    [
      'a circle of questions without a way out',
      {
        steps: [
          { id: 'a', kind: 'tell', text: 'More?' },
          { id: 'b', kind: 'tell', text: 'Really?' },
        ],
        edges: [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'a' },
        ],
        start: 'a',
      },
      'a',
    ],
    ['a doubled step', { steps: [...refund.steps, { id: 'bye', kind: 'tell', text: '' }] }, 'bye'],
  ])('refuses %s, naming process and step', (_what, change, step) => {
    expect(invalid(change)).toMatchObject({ code: 'PROCESS_INVALID', detail: { process: 'refund', step } });
  });

  it('allows a circle that asks on its way', () => {
    const steps: Process['steps'] = [...refund.steps, { id: 'more', kind: 'ask', slot: 'note', text: 'More?' }];
    const edges = [...refund.edges, { from: 'bye', to: 'more' }, { from: 'more', to: 'look' }];
    expect(invalid({ steps, edges })).toBeInstanceOf(ProcessDefinition);
  });
});
