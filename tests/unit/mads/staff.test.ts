import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tool } from '../../../engine/action/tool.ts';
import { MemoryBus } from '../../../engine/bus/memory-bus.ts';
import { systemClock, systemIds } from '../../../engine/core/clock.ts';
import type { Decision, Outcome } from '../../../engine/core/decision.ts';
import { quietLogger } from '../../../engine/core/logger.ts';
import { textOf, type Message } from '../../../engine/core/message.ts';
import type { Turn } from '../../../engine/core/turn.ts';
import { LiveModels } from '../../../engine/pipeline/live-models.ts';
import type { Tier } from '../../../engine/tiers/tier.ts';
import { journalOf } from '../../../mads/conversation-journal.ts';
import { Host } from '../../../mads/host.ts';
import { parseRole, RoleFiles } from '../../../mads/role-files.ts';
import { Staff } from '../../../mads/staff.ts';
import type { TurnRequest } from '../../../mads/turn-parcel.ts';
import { deskTool, TableTier } from '../../support/desk.ts';
import { MemoryStore } from '../../support/memory-store.ts';

let folder: string;
let store: MemoryStore;
let host: Host;
let bus: MemoryBus;
let staff: Staff;
let loads: number;
let heard: Turn[];
let rows: Decision[];
let handlers: Tool[];

const hello: Record<string, Outcome> = { hello: { kind: 'reply', text: 'good day' } };
const imperator: Tier = {
  name: 'imperator',
  consider: (turn) => {
    heard.push(turn);
    return new TableTier('imperator', {
      why: { kind: 'reply', text: 'because' },
      hello: { kind: 'reply', text: 'llm' },
    }).consider(turn);
  },
};

function open(): Staff {
  const live = new LiveModels(
    {
      current: async () => 'b1',
      load: async (role, id) => {
        loads += 1;
        return { id, role, dtr: new TableTier('dtr', hello), lppm: null, cet: null, dispose: async () => undefined };
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
      admits: () => null,
    },
    files: new RoleFiles(join(folder, 'roles'), quietLogger),
    logger: quietLogger,
    tools: () => [deskTool('desk.look', 'read'), ...handlers],
    processes: () => [],
    onHire: async () => undefined,
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staff-'));
  store = new MemoryStore();
  [loads, heard, rows, handlers] = [0, [], [], []];
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
    expect(heard[0]?.tools.map(({ name }) => name)).toEqual(['desk.look']);
    await staff.define(parseRole({ name: 'pm', level: 'V1', tools: [{ name: 'more.tools', simulated: true }] }));
    expect(await ask('pm', 'hello', 'c3')).toBe('llm');
    expect(heard.at(-1)?.tools.map(({ name }) => name)).toEqual(['desk.look', 'more.tools']);
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
    ['a tool that nobody handles', { name: 'pm', tools: [{ name: 'bank.pay' }] }, /bank.pay has no handler here/],
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
