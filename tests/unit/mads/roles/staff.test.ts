import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tool } from '../../../../engine/action/tool.ts';
import { MemoryBus } from '../../../../engine/bus/memory-bus.ts';
import { systemClock, systemIds } from '../../../../engine/core/clock.ts';
import type { Decision, Outcome } from '../../../../engine/core/decision.ts';
import { quietLogger, type Logger } from '../../../../engine/core/logger.ts';
import { textOf, type Message } from '../../../../engine/core/message.ts';
import type { Process } from '../../../../engine/core/process.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { LiveModels } from '../../../../engine/pipeline/live-models.ts';
import type { Tier } from '../../../../engine/tiers/tier.ts';
import { journalOf } from '../../../../mads/turns/conversation-journal.ts';
import { Host } from '../../../../mads/host.ts';
import { parseRole, RoleFiles } from '../../../../mads/roles/role-files.ts';
import { Staff } from '../../../../mads/roles/staff.ts';
import type { TurnRequest } from '../../../../mads/turns/turn-parcel.ts';
import { deskTool, TableTier } from '../../../support/desk.ts';
import { MemoryStore } from '../../../support/memory-store.ts';

let folder: string;
let store: MemoryStore;
let host: Host;
let bus: MemoryBus;
let staff: Staff;
let loads: number;
let heard: Turn[];
let rows: Decision[];
let handlers: Tool[];
let processes: Process[];
let refusals: unknown[];

const fetch = deskTool('context.fetch', 'read');
const call = (name: string): Outcome => ({ kind: 'tool-call', name, arguments: {} });
const paying = (name: string, tool: string): Process => ({
  name,
  description: name,
  slots: [],
  steps: [{ id: 'pay', kind: 'call', tool, arguments: {} }],
  edges: [],
  start: 'pay',
});
const hello: Record<string, Outcome> = { hello: { kind: 'reply', text: 'good day' }, pay: call('desk.pay') };
const imperator: Tier = {
  name: 'imperator',
  consider: (turn) => {
    heard.push(turn);
    return new TableTier('imperator', {
      why: { kind: 'reply', text: 'because' },
      hello: { kind: 'reply', text: 'llm' },
      insist: call('desk.pay'),
      bill: call('desk.pay'),
    }).consider(turn);
  },
};

function open(): Staff {
  const live = new LiveModels(
    {
      current: async () => 'b1',
      load: async (role, id) => {
        loads += 1;
        const lppm = new TableTier('lppm', {
          bill: { kind: 'tool-call', name: 'desk.pay', arguments: {}, process: 'billing', step: 'pay' },
        });
        return { id, role, dtr: new TableTier('dtr', hello), lppm, cet: null, dispose: async () => undefined };
      },
    },
    quietLogger,
  );
  return new Staff({
    host,
    thinking: {
      live,
      imperator,
      sink: { record: (decisions) => void rows.push(...decisions) },
      clock: systemClock,
      ids: systemIds,
      level: 'V4',
      tierTimeoutMs: 250,
      context: { contextTokens: 512 } as never,
      admits: (role, turn, outcome) => host.actions(role).objection(turn, outcome, 'ann', 'irreversible'),
    },
    files: new RoleFiles(join(folder, 'roles'), quietLogger),
    logger: { ...quietLogger, error: (...given: unknown[]) => void refusals.push(given) } as Logger,
    offer: () => ({ tools: [deskTool('desk.look', 'read'), ...handlers], always: [fetch], processes }),
    onHire: async () => undefined,
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staff-'));
  store = new MemoryStore();
  [loads, heard, rows, handlers, processes, refusals] = [0, [], [], [], [], []];
  bus = new MemoryBus({ journal: journalOf(store, (name) => host.roleOf(name)) });
  host = new Host({ bus, store, clock: systemClock, ids: systemIds });
  staff = open();
});
afterEach(async () => {
  await host.close();
  await bus.close(10);
  await rm(folder, { recursive: true, force: true });
});

const request: TurnRequest = {
  kind: 'turn',
  caller: 'ann',
  allows: 'irreversible',
  tools: [],
  parameters: {},
  decision: 'dec_x',
  stream: false,
};
const ask = async (recipient: string, text: string, conversation: string): Promise<string> => {
  const message: Message = {
    id: systemIds('msg'),
    conversation,
    author: 'user',
    sender: 'ann',
    recipient,
    time: systemClock.now(),
    parts: [{ kind: 'text', text, provenance: 'caller' }],
  };
  return textOf((await bus.request({ message, attachment: request })).message);
};

describe('a role', () => {
  it('is defined, works by its level and prompt at once, and is there after a restart', async () => {
    await staff.define(parseRole({ name: 'pm', prompt: 'You plan.', tools: [{ name: 'desk.look' }] }));
    expect(await ask('pm', 'hello', 'c1')).toBe('good day');
    expect(await ask('pm', 'why', 'c2')).toBe('because');
    expect(textOf(heard[0]?.history[0] as Message)).toBe('You plan.');
    expect(heard[0]?.tools.map(({ name }) => name)).toEqual(['desk.look', 'context.fetch']);
    await staff.define(parseRole({ name: 'pm', level: 'V1', tools: [{ name: 'more.tools', simulated: true }] }));
    expect(await ask('pm', 'hello', 'c3')).toBe('llm');
    expect(heard.at(-1)?.tools.map(({ name }) => name)).toEqual(['more.tools', 'context.fetch']);
    await host.dismiss('pm');
    const again = open();
    await again.refresh();
    expect(again.roles()).toEqual(['pm']);
    expect(again.definition('pm')).toMatchObject({ level: 'V1' });
  });

  it('takes from a handler neither its arguments nor its danger', async () => {
    const parameters = { type: 'object', required: ['id'] };
    const [own, told] = [deskTool('desk.pay', 'reversible'), { name: 'desk.pay', description: 'pays' }];
    handlers = [{ ...own, definition: { ...own.definition, parameters } }];
    const offered = () => host.actions('pm').tools.find(({ name }) => name === 'desk.pay');
    await staff.define(parseRole({ name: 'pm', tools: [{ ...told, blastRadius: 'read' }] }));
    expect(offered()).toEqual({ ...told, parameters, blastRadius: 'reversible' });
    await staff.define(parseRole({ name: 'pm', tools: [{ ...told, blastRadius: 'irreversible' }] }));
    expect(offered()).toMatchObject({ blastRadius: 'irreversible' });
  });

  it('is not changed while a message waits for nobody: all are answered', async () => {
    await staff.define(parseRole({ name: 'pm' }));
    const answers: Promise<string>[] = [];
    for (let index = 0; index < 40; index += 1) {
      answers.push(ask('pm', 'hello', `c${index}`));
      if (index % 8 === 0)
        answers.push(staff.define(parseRole({ name: 'pm', prompt: `${index}` })).then(() => 'good day'));
    }
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['good day']));
  });

  it.each(['pm', 'pm-x'])('calls with %s what it lists, whichever tier wants more', async (name) => {
    handlers = [deskTool('desk.pay', 'read')];
    await staff.define(parseRole({ name: 'pm' }));
    if (name !== 'pm') await staff.begin('pm', name);
    expect(await ask(name, 'pay', 'c1')).toContain('"status":"accepted"');
    // one that is at work follows too
    await staff.define(parseRole({ name: 'pm', tools: [{ name: 'desk.look' }] }));
    rows = [];
    // the tree router and the process mapper propose it, the LLM makes the call
    for (const [index, words] of ['pay', 'bill', 'insist'].entries()) {
      await ask(name, words, `c${index + 2}`).catch(() => undefined);
    }
    const refused = rows.filter(({ reason }) => reason.includes('no handler is registered for tool "desk.pay"'));
    expect(refused.map(({ tier, settled }) => [tier, settled])).toEqual([
      ['dtr', false],
      ['lppm', false],
    ]);
    const results = [...store.messages.values()]
      .flat()
      .flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'tool-result'));
    expect(JSON.stringify(results.slice(1))).toContain('error: no handler is registered for tool \\"desk.pay\\"');
    expect(JSON.stringify(results).match(/accepted/g)).toHaveLength(1);
  });

  it('with a list follows no process of the deployment that needs another tool, with an empty list none that calls', async () => {
    handlers = [deskTool('desk.pay', 'read')];
    processes = [paying('billing', 'desk.pay'), paying('looking', 'desk.look')];
    const followed = () =>
      processes.filter((one) => host.processes('pm').get(one.name) !== undefined).map((one) => one.name);
    await staff.define(parseRole({ name: 'pm' }));
    expect(followed()).toEqual(['billing', 'looking']);
    await staff.define(parseRole({ name: 'pm', tools: [{ name: 'desk.look' }] }));
    expect(followed()).toEqual(['looking']);
    await staff.define(parseRole({ name: 'pm', tools: [] }));
    expect(followed()).toEqual([]);
    expect(host.actions('pm').tools.map(({ name }) => name)).toEqual(['context.fetch']);
  });

  it('whose file is refused does not work with more than it should have, and works as soon as the file is mended', async () => {
    const files = new RoleFiles(join(folder, 'roles'), quietLogger);
    await files.write(parseRole({ name: 'pm', tools: [{ name: 'bank.pay' }] }));
    await writeFile(join(folder, 'roles', 'qa.json'), '{"name":');
    await staff.refresh();
    await staff.refresh();
    for (const role of ['pm', 'qa', 'ops']) await staff.hire(role);
    expect(staff.roles()).toEqual(['ops']);
    expect(refusals).toHaveLength(2);
    expect(staff.refused()).toMatchObject({
      pm: expect.stringContaining('bank.pay') as string,
      qa: expect.stringMatching(/^roles\/qa\.json: /) as string,
    });
    await expect(staff.begin('pm')).rejects.toThrow(/roles\/pm\.json: role pm lists tool "bank\.pay"/);
    await files.write(parseRole({ name: 'pm', tools: [{ name: 'desk.look' }] }));
    await rm(join(folder, 'roles', 'qa.json'));
    await staff.refresh();
    expect(staff.roles()).toEqual(['ops', 'pm', 'qa']);
    expect(staff.refused()).toEqual({});
    expect(host.actions('pm').tools.map(({ name }) => name)).toEqual(['desk.look', 'context.fetch']);
  });

  it('that another process describes works here too, within moments', async () => {
    const end = staff.watch(20);
    await new RoleFiles(join(folder, 'roles'), quietLogger).write(parseRole({ name: 'qa', level: 'V1' }));
    await expect.poll(() => staff.roles()).toEqual(['qa']);
    expect(await ask('qa', 'hello', 'c1')).toBe('llm');
    await new RoleFiles(join(folder, 'roles'), quietLogger).write(parseRole({ name: 'qa' }));
    await expect.poll(() => ask('qa', 'hello', systemIds('talk'))).toBe('good day');
    end();
  });

  it.each<[string, unknown, RegExp]>([
    ['no name', {}, /role: name/],
    ['a path for a name', { name: '../pm' }, /letters, digits/],
    ['an unknown field', { name: 'pm', promt: '' }, /promt/],
    ['an impossible budget', { name: 'pm', alpha: 2 }, /alpha/],
    [
      'a tool that nobody handles',
      { name: 'pm', tools: [{ name: 'bank.pay' }] },
      /roles\/pm\.json: role pm lists tool "bank\.pay", which has no handler here; .*\(desk\.look, context\.fetch\)/,
    ],
    [
      'a tool twice',
      { name: 'pm', tools: [{ name: 'desk.look' }, { name: 'desk.look' }] },
      /tools: a tool is listed twice/,
    ],
  ])('is refused with %s, and nothing is kept', async (_, given, words) => {
    const define = async () => staff.define(parseRole(given));
    await expect(define()).rejects.toThrow(words);
    await expect(readdir(join(folder, 'roles'))).rejects.toThrow('ENOENT');
    expect(staff.roles()).toEqual([]);
  });

  it('whose file is damaged is left out, the others work', async () => {
    await staff.define(parseRole({ name: 'pm' }));
    await writeFile(join(folder, 'roles', 'broken.json'), '{"name":');
    await writeFile(join(folder, 'roles', 'other.json'), '{"name":"pm"}');
    await host.dismiss('pm');
    const again = open();
    await again.refresh();
    expect(again.roles()).toEqual(['pm']);
  });
});

describe('eMADs', () => {
  beforeEach(() => staff.define(parseRole({ name: 'pm' })));

  it('work fifty at once on one set of models, and leave their turns to the role', async () => {
    const names = (await Promise.all(Array.from({ length: 50 }, () => staff.begin('pm')))).map(({ name }) => name);
    expect(new Set(names).size).toBe(50);
    expect(staff.names()).toHaveLength(51);
    const answers = await Promise.all(names.map((name) => ask(name, 'hello', `talk of ${name}`)));
    expect(new Set(answers)).toEqual(new Set(['good day']));
    expect(loads).toBe(1);
    expect(new Set(names.map((name) => store.roles.get(`talk of ${name}`)))).toEqual(new Set(['pm']));
    expect(rows.every(({ role }) => role === 'pm')).toBe(true);
    await Promise.all(names.map((name) => staff.end(name)));
    expect(staff.emads()).toEqual([]);
    await expect(ask(names[0] ?? '', 'hello', 'late')).rejects.toMatchObject({ code: 'MAD_UNKNOWN' });
  });

  it('finish what they began before they end', async () => {
    const { name } = await staff.begin('pm', 'pm-x');
    const answer = ask(name, 'why', 'c1');
    await Promise.resolve();
    await staff.end(name);
    expect(await answer).toBe('because');
  });

  it('are refused without a role, under a name that is taken, and twice at their end', async () => {
    await expect(staff.begin('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(staff.begin('pm', 'pm')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await staff.begin('pm', 'pm-x');
    await staff.end('pm-x');
    await expect(staff.end('pm-x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
