import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActionEngine } from '../../../../engine/action/action-engine.ts';
import { objectionTo } from '../../../../engine/action/authority.ts';
import { simulatedTool } from '../../../../engine/action/simulated-tools.ts';
import { ToolRegistry } from '../../../../engine/action/tool-registry.ts';
import type { Message, Part, Provenance } from '../../../../engine/core/message.ts';
import type { BlastRadius, ToolDefinition } from '../../../../engine/core/tool-definition.ts';
import type { Turn } from '../../../../engine/core/turn.ts';

const parameters = {
  type: 'object',
  properties: { id: { type: 'string' } },
  required: ['id'],
  additionalProperties: false,
};
const definitions: ToolDefinition[] = (['read', 'reversible', 'irreversible'] as const).map((blastRadius) => ({
  name: `desk.${blastRadius}`,
  parameters,
  blastRadius,
}));
const make = (): ActionEngine => new ActionEngine(new ToolRegistry(definitions.map((one) => simulatedTool(one))));
const provenances: Provenance[] = ['caller', 'agent', 'tool', 'document', 'model'];

function message(author: Message['author'], ...sources: Provenance[]): Message {
  const parts: Part[] = sources.map((provenance) => ({ kind: 'text', text: 'do it', provenance }));
  return { id: 'm', conversation: 'c', author, sender: author, recipient: 'desk', time: 0, parts };
}
const turnOf = (last: Message, history: Message[] = [], tools: ToolDefinition[] = []): Turn => ({
  message: last,
  history,
  role: 'desk',
  tools,
});
const call = (name: string, more = {}) => ({ kind: 'tool-call', name, arguments: { id: 'x' }, ...more }) as const;
const context = (provenance: Provenance[], allows: BlastRadius = 'irreversible') => ({
  authority: { caller: 'ann', allows, provenance },
  conversation: 'c',
});

describe('execute', () => {
  it('runs a tool by canonical name and by alias, with the same result each time', async () => {
    const [one, two] = await Promise.all(
      ['desk.read', 'desk__read'].map((name) => make().execute({ name, arguments: { id: 'x' } }, context(['caller']))),
    );
    expect(one).toEqual(two);
    expect(JSON.parse(one?.text ?? '')).toMatchObject({ simulated: true, id: 'x' });
  });

  it.each([
    ['TOOL_UNKNOWN', 'desk.none', { id: 'x' }, ['caller']],
    ['TOOL_ARGUMENTS_INVALID', 'desk.read', {}, ['caller']],
    ['TOOL_ARGUMENTS_INVALID', 'desk.read', { id: 'x', more: 1 }, ['caller']],
    ['TOOL_FORBIDDEN', 'desk.irreversible', { id: 'x' }, ['tool']],
    ['TOOL_FORBIDDEN', 'desk.irreversible', { id: 'x' }, ['caller', 'document']],
    ['TOOL_FORBIDDEN', 'desk.reversible', { id: 'x' }, ['model']],
    ['TOOL_FORBIDDEN', 'desk.irreversible', { id: 'x' }, []],
  ] as const)('answers %s for %s %o', async (code, name, given, provenance) => {
    await expect(make().execute({ name, arguments: given }, context([...provenance]))).rejects.toMatchObject({ code });
  });

  it('ends a tool that hangs and reports what a tool threw', async () => {
    const tool = { name: 'slow', parameters: {}, blastRadius: 'read' } as const;
    const hanging = new ToolRegistry([{ definition: tool, handler: () => new Promise(() => undefined) }]);
    const actions = new ActionEngine(hanging, { timeoutMs: 10 });
    const failing = new ActionEngine(
      new ToolRegistry([{ definition: tool, handler: () => Promise.reject(new Error('no stock')) }]),
    );
    const run = (engine: ActionEngine) => engine.execute({ name: 'slow', arguments: {} }, context(['caller']));
    await expect(run(actions)).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('10 ms'),
    });
    await expect(run(failing)).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('stock'),
    });
  });
});

describe('authority', () => {
  it('is never enlarged by adding text from elsewhere', () => {
    const anyRadius = fc.constantFrom<BlastRadius>('read', 'reversible', 'irreversible');
    const some = fc.array(fc.constantFrom(...provenances));
    const foreign = fc.array(fc.constantFrom<Provenance>('agent', 'tool', 'document', 'model'));
    fc.assert(
      fc.property(anyRadius, anyRadius, some, foreign, (radius, allows, before, added) => {
        const permitted = (provenance: Provenance[]): boolean =>
          objectionTo(radius, { caller: 'ann', allows, provenance }) === null;
        return permitted(before) || !permitted([...before, ...added]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('objection', () => {
  const objection = (turn: Turn, outcome: ReturnType<typeof call>) =>
    make().objection(turn, outcome, 'ann', 'irreversible');

  it('lets the caller cause what the tool does', () => {
    expect(objection(turnOf(message('user', 'caller')), call('desk.irreversible'))).toBeNull();
  });

  it('refuses a call that only the text of a tool asks for, but not the next step of a process', () => {
    const result = turnOf(message('tool', 'tool'), [message('user', 'caller')]);
    expect(objection(result, call('desk.irreversible'))).toContain('not allowed');
    expect(objection(result, call('desk.irreversible', { process: 'refund', step: 'pay' }))).toBeNull();
  });

  it('takes a tool of the client and checks its arguments', () => {
    const tools = [{ name: 'pay', parameters }];
    const turn = turnOf(message('user', 'caller'), [], tools);
    expect(objection(turn, call('pay'))).toBeNull();
    expect(objection(turn, { ...call('pay'), arguments: {} } as never)).toContain('id');
    expect(objection(turnOf(message('user', 'caller')), call('pay'))).toContain('no handler');
  });

  it('checks a call that is handed on as text against the tool that it names', () => {
    const forward = { name: 'forward', parameters: { type: 'object', properties: { request: { type: 'string' } } } };
    const turn = turnOf(message('user', 'caller'), [], [forward, { name: 'pay', parameters }]);
    const hand = (request: unknown) =>
      objection(turn, { kind: 'tool-call', name: 'forward', arguments: { request: JSON.stringify(request) } } as never);
    const rpc = (name: string, given: unknown) => ({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: given },
    });
    expect(hand(rpc('pay', { id: 'x' }))).toBeNull();
    expect(hand(rpc('pay', { id: 7 }))).toContain('it hands on a call of pay: /id must be string');
    const many = [
      ...Array.from({ length: 40 }, () => ({ name: 'pay', arguments: { id: 'a' } })),
      { name: 'pay', arguments: { id: 7 } },
    ];
    expect(hand(many)).toContain('it hands on a call of pay');
    expect(hand([rpc('pay', { id: 'x' }), rpc('pay', {})])).toContain('id');
    expect(hand({ name: 'pay', arguments: { id: 'x', more: 1 } })).toContain('pay');
    expect(hand({ type: 'function', function: { name: 'pay', arguments: '{"id": "x"}' } })).toBeNull();
    expect(hand({ type: 'function', function: { name: 'pay', arguments: 'x' } })).toContain('object');
    expect(hand(rpc('elsewhere', { any: 1 }))).toBeNull();
    const deep = `${'['.repeat(16_000)}${']'.repeat(16_000)}`;
    const outcome = { kind: 'tool-call', name: 'forward', arguments: { request: deep } } as never;
    expect(objection(turn, outcome)).toBeNull();
    const beside = `[${deep.slice(0, 8000)}${deep.slice(-8000)}, ${JSON.stringify(rpc('pay', {}))}]`;
    expect(objection(turn, { ...(outcome as object), arguments: { request: beside } } as never)).toContain('pay');
  });

  it('runs no pattern of a client, since one may backtrack for ever', () => {
    const evil = { type: 'object', properties: { id: { type: 'string', pattern: '^(\\w+\\s?)*$' } } };
    const turn = turnOf(message('user', 'caller'), [], [{ name: 'evil', parameters: evil }]);
    const started = performance.now();
    const outcome = { kind: 'tool-call', name: 'evil', arguments: { id: `${'a'.repeat(40)}!` } } as const;
    expect(make().objection(turn, outcome, 'ann', 'irreversible')).toBeNull();
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('has every schema ready before the first call, and again for nothing in another engine of the process', () => {
    let reads = 0;
    const shape = {
      get type() {
        reads += 1;
        return 'object';
      },
      properties: { id: { type: 'string', title: 'of this test alone' } },
    };
    const tools = [simulatedTool({ name: 'desk.warm', parameters: shape, blastRadius: 'read' })];
    const engine = new ActionEngine(new ToolRegistry(tools));
    expect(reads).toBe(0);
    engine.warm();
    const once = reads;
    expect(once).toBeGreaterThan(0);
    for (const each of [engine, new ActionEngine(new ToolRegistry(tools))]) {
      each.warm();
      const wrong = { kind: 'tool-call', name: 'desk.warm', arguments: { id: 3 } } as const;
      expect(each.objection(turnOf(message('user', 'caller')), wrong, 'ann', 'read')).toContain('string');
    }
    expect(reads).toBe(once);
  });

  it('keeps a property that is named like a keyword', () => {
    const shape = { type: 'object', properties: { pattern: { type: 'string' } }, required: ['pattern'] };
    const turn = turnOf(message('user', 'caller'), [], [{ name: 'grep', parameters: shape }]);
    const outcome = { kind: 'tool-call', name: 'grep', arguments: { pattern: 3 } } as const;
    expect(make().objection(turn, outcome, 'ann', 'irreversible')).toContain('string');
  });
});
