import type { MinedProcess, Witness } from '../../engine/core/mined-process.ts';
import type { Process } from '../../engine/core/process.ts';

/** A small process with a question, a look-up that branches, a call and an end. */
export const refund: Process = {
  name: 'refund',
  description: 'Give money back.',
  slots: [{ name: 'order', schema: { type: 'string' }, question: 'Which order is it?', required: true }],
  steps: [
    { id: 'ask', kind: 'ask', slot: 'order', text: 'Which order is it?' },
    { id: 'find', kind: 'call', tool: 'orders.find', arguments: { order: { from: 'slot', slot: 'order' } } },
    {
      id: 'refund',
      kind: 'call',
      tool: 'orders.refund',
      arguments: {
        order: { from: 'slot', slot: 'order' },
        amount: { from: 'result', step: 'find', path: 'amount' },
      },
    },
    { id: 'done', kind: 'end', text: 'You get {find.amount} back.' },
  ],
  edges: [
    { from: 'ask', to: 'find' },
    { from: 'find', to: 'refund', when: { path: 'find.status', equals: 'found' } },
    { from: 'find', to: 'done' },
    { from: 'refund', to: 'done' },
  ],
  start: 'ask',
};

/** A process as mining would bring it, with evidence of 40 runs. */
export function mined(process: Process, seen: Witness = { conversation: 'c1', message: 'm1' }): MinedProcess {
  return {
    process,
    support: 40,
    coverage: 0.25,
    fitness: 0.96,
    precision: 0.91,
    steps: process.steps.map((step) => ({
      step: step.id,
      count: 40,
      runs: 40,
      wordings: [{ text: step.kind === 'call' ? step.tool : step.text, count: 40 }],
      witnesses: [seen],
      isOptional: false,
      isRepeated: false,
    })),
    edges: process.edges.map(({ from, to }) => ({ from, to, runs: 20 })),
    doubts: [{ where: process.steps[0]?.id ?? '', reason: 'said in two ways' }],
    conversations: [seen.conversation],
  };
}
