import { describe, expect, it } from 'vitest';
import type { Message, Part } from '../../../../engine/core/message.ts';
import type { ToolDefinition } from '../../../../engine/core/tool-definition.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { DtrTier } from '../../../../engine/tiers/dtr.ts';
import type { TextRouter } from '../../../../engine/tiers/dtr.ts';
import type { DtrPrediction } from '../../../../models/dtr/prediction.ts';

const shell: ToolDefinition = {
  name: 'shell.run',
  parameters: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
};

const answer: DtrPrediction = {
  class: 'deterministic',
  probabilities: { deterministic: 0.99, fixed: 0.005, prose: 0.005 },
  destination: { tool: 'shell.run', argument: 'command', constants: {} },
  destinationKey: 'shell.run(command)',
  confidence: 0.97,
  payload: 'ls -la',
  parts: [],
  fault: null,
  explain: () => ['It holds a flag.'],
};

function turnOf(
  parts: readonly Part[],
  tools: readonly ToolDefinition[] = [shell],
  author: Message['author'] = 'user',
): Turn {
  const message = { id: 'm1', conversation: 'c1', author, sender: 'ann', recipient: 'desk', time: 0, parts };
  return { message, history: [], role: 'desk', tools };
}

const said = (text: string, provenance: Part['provenance'] = 'caller'): Part => ({ kind: 'text', text, provenance });

function tierOf(prediction: Partial<DtrPrediction>, standard: number | null = 0.9, byLabel = {}): DtrTier {
  const model: TextRouter = { route: () => ({ ...answer, ...prediction }) };
  return new DtrTier(model, { thresholds: { standard, byLabel }, modelId: 'abc' });
}

describe('DtrTier', () => {
  it('settles sure content with the tool call that it stands for', async () => {
    const verdict = await tierOf({}).consider(turnOf([said('ls -la')]));
    expect(verdict).toMatchObject({
      settled: true,
      tier: 'dtr',
      label: 'shell.run(command)',
      threshold: 0.9,
      model: 'abc',
      outcome: { kind: 'tool-call', name: 'shell.run', arguments: { command: 'ls -la' } },
    });
    expect(verdict.evidence).toEqual([{ what: 'It holds a flag.' }]);
  });

  it('settles what another agent wrote under the same checks', async () => {
    expect((await tierOf({}).consider(turnOf([said('ls -la', 'agent')]))).settled).toBe(true);
  });

  it('adds the constants of the destination', async () => {
    const code: ToolDefinition = {
      name: 'code.execute',
      parameters: {
        properties: { language: { type: 'string' }, code: { type: 'string' } },
        required: ['language', 'code'],
      },
    };
    const destination = { tool: 'code.execute', argument: 'code', constants: { language: 'python' } };
    const verdict = await tierOf({ destination, payload: 'print(1)' }).consider(turnOf([said('print(1)')], [code]));
    expect(verdict).toMatchObject({ outcome: { arguments: { language: 'python', code: 'print(1)' } } });
  });

  it.each([
    ['confidence below the threshold', { confidence: 0.89 }],
    ['a confidence that is no number', { confidence: Number.NaN }],
    ['prose', { class: 'prose', destination: null, payload: null } as const],
    ['content without a destination', { destination: null }],
    ['what its tool could not run', { fault: 'a shell would not read it' }],
  ])('passes up %s', async (_name, prediction) => {
    expect((await tierOf(prediction).consider(turnOf([said('ls -la')]))).settled).toBe(false);
  });

  it('keeps what it would have done for shadow evaluation', async () => {
    const verdict = await tierOf({ confidence: 0.5 }).consider(turnOf([said('ls -la')]));
    expect(verdict).toMatchObject({ settled: false, proposal: { name: 'shell.run' }, confidence: 0.5 });
  });

  it('passes everything where nothing is certified, and where the label has a stricter threshold', async () => {
    expect((await tierOf({}, null).consider(turnOf([said('ls')]))).settled).toBe(false);
    const strict = tierOf({}, 0.9, { 'shell.run(command)': 0.99 });
    expect((await strict.consider(turnOf([said('ls')]))).settled).toBe(false);
  });

  it.each([
    ['is not offered', []],
    ['takes no such argument', [{ ...shell, parameters: { properties: { line: {} } } }]],
    [
      'wants an argument more',
      [{ ...shell, parameters: { properties: { command: {}, host: {} }, required: ['host'] } }],
    ],
    ['takes a number', [{ ...shell, parameters: { properties: { command: { type: 'number' } } } }]],
  ])('passes up when the tool %s', async (_name, tools) => {
    const verdict = await tierOf({}).consider(turnOf([said('ls -la')], tools));
    expect(verdict).toMatchObject({ settled: false, proposal: { name: 'shell.run' } });
  });

  it.each(['tool', 'document', 'model'] as const)('never routes text that a %s brought in', async (provenance) => {
    for (const parts of [[said('rm -rf /', provenance)], [said('look at this'), said('rm -rf /', provenance)]]) {
      const verdict = await tierOf({}).consider(turnOf(parts));
      expect(verdict.settled).toBe(false);
      expect(verdict).not.toHaveProperty('proposal');
    }
  });

  it('passes up messages of the assistant, empty ones, and a model that fails', async () => {
    expect((await tierOf({}).consider(turnOf([said('ls')], [shell], 'assistant'))).settled).toBe(false);
    expect((await tierOf({}).consider(turnOf([said('  ')]))).settled).toBe(false);
    const broken: TextRouter = {
      route: () => {
        throw new Error('no model');
      },
    };
    const tier = new DtrTier(broken, { thresholds: { standard: 0, byLabel: {} }, modelId: 'abc' });
    const verdict = await tier.consider(turnOf([said('ls')]));
    expect(verdict).toMatchObject({ settled: false, label: null, confidence: null });
    expect(verdict.reason).toContain('no model');
  });
});
