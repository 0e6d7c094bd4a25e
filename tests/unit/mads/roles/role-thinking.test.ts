import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, sequentialIds } from '../../../../engine/core/clock.ts';
import type { Decision, Outcome } from '../../../../engine/core/decision.ts';
import { quietLogger } from '../../../../engine/core/logger.ts';
import type { Level } from '../../../../engine/core/tier-name.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { LiveModels } from '../../../../engine/pipeline/live-models.ts';
import type { Tier } from '../../../../engine/tiers/tier.ts';
import type { Step } from '../../../../engine/core/process.ts';
import { GraduatedRoutes, routeKey } from '../../../../engine/tiers/graduated-routes.ts';
import { ActingProcesses } from '../../../../mads/processes/acting-processes.ts';
import { RoleThinking } from '../../../../mads/roles/role-thinking.ts';
import { TableTier } from '../../../support/desk.ts';

const reply = (text: string): Outcome => ({ kind: 'reply', text });
const turn = (text: string): Turn => ({
  message: {
    id: `m ${text}`,
    conversation: 'c',
    author: 'user',
    sender: 'user',
    recipient: 'desk',
    time: 0,
    parts: [{ kind: 'text', text, provenance: 'caller' }],
  },
  history: [],
  role: 'desk',
  tools: [],
});

let current: string | null;
let disposed: string[];
let rows: Decision[];
let live: LiveModels;
/** What the tier above does; a test may make it wait or fail. */
let top: () => Promise<void>;
const imperator: Tier = {
  name: 'imperator',
  async consider(given) {
    await top();
    return new TableTier('imperator', { ls: reply('llm'), hello: reply('llm'), why: reply('llm') }).consider(given);
  },
};

beforeEach(() => {
  current = 'b1';
  disposed = [];
  rows = [];
  top = () => Promise.resolve();
  const load = async (role: string, id: string) => ({
    id,
    role,
    dtr: new TableTier('dtr', { ls: reply(`dtr of ${id}`) }),
    lppm: new TableTier('lppm', { ls: reply('lppm'), hello: reply('lppm') }),
    cet: null,
    dispose: async () => void disposed.push(id),
  });
  live = new LiveModels({ current: async () => current, load }, quietLogger);
});

function think(level: Level = 'V4', objection: string | null = null): RoleThinking {
  return new RoleThinking('desk', {
    live,
    imperator,
    sink: { record: (decisions) => void rows.push(...decisions) },
    clock: new ManualClock(),
    ids: sequentialIds(),
    level,
    tierTimeoutMs: 250,
    context: { contextTokens: 512 },
    admits: () => objection,
    processes: () => followed,
    graduated: (role, router, isLeft) => routes.around(role, router, isLeft),
  });
}
const followed = new ActingProcesses();
const routes = new GraduatedRoutes();
const visited = (): string[] => rows.map((row) => row.tier);

describe('a route that prose has earned', () => {
  it('is not taken where its process was retired', async () => {
    const outcome: Outcome = { kind: 'tool-call', name: 'order.find', arguments: {} };
    const proof = { rows: 200, errors: 0, errorUpper: 0.02, alpha: 0.05 };
    routes.load([{ role: 'desk', key: routeKey('hello', null) ?? '', text: 'hello', outcome, ...proof }]);
    const asked = { ...turn('hello'), tools: [{ name: 'order.find', parameters: {} }] };
    expect(await think().consider(asked)).toMatchObject({ tier: 'dtr', outcome });
    const step: Step = { id: 'find', kind: 'call', tool: 'order.find', arguments: {} };
    followed.load([], [{ name: 'refund', description: '', slots: [], steps: [step], edges: [], start: 'find' }]);
    expect(await think().consider(asked)).toMatchObject({ tier: 'lppm' });
    followed.load([], []);
    routes.load([]);
  });
});

describe('level', () => {
  it.each<[Level, string, string[]]>([
    ['V1', 'ls', ['imperator']],
    ['V2', 'ls', ['lppm']],
    ['V3', 'ls', ['dtr']],
    ['V2', 'why', ['lppm', 'imperator']],
    ['V3', 'why', ['dtr', 'lppm', 'imperator']],
    ['V4', 'why', ['dtr', 'lppm', 'cet', 'imperator']],
  ])('%s puts "%s" to %j', async (level, text, tiers) => {
    await think(level).consider(turn(text));
    expect(visited()).toEqual(tiers);
  });
});

describe('consider', () => {
  it('needs no models to reach the LLM', async () => {
    current = null;
    expect(await think().consider(turn('ls'))).toMatchObject({ tier: 'imperator', settled: true });
    expect(visited()).toEqual(['cet', 'imperator']);
  });

  it('passes up what the action engine would not carry out, with the proposal in the row', async () => {
    expect(await think('V3', 'no handler').consider(turn('ls'))).toMatchObject({ tier: 'imperator' });
    expect(rows[0]).toMatchObject({ tier: 'dtr', settled: false, reason: 'not carried out: no handler' });
  });

  it('keeps the models it began with while others are promoted, and frees them afterwards', async () => {
    let go = (): void => undefined;
    top = () => new Promise((resolve) => (go = resolve));
    const mind = think('V4');
    const answer = mind.consider(turn('why'));
    await expect.poll(() => go.name).not.toBe('go');
    current = 'b2';
    await live.refresh('desk');
    expect(disposed).toEqual([]);
    go();
    await answer;
    await expect.poll(() => disposed).toEqual(['b1']);
    expect(await mind.consider(turn('ls'))).toMatchObject({ outcome: { text: 'dtr of b2' } });
  });

  it('gives its models back also where the LLM fails', async () => {
    top = () => Promise.reject(new Error('no answer'));
    const mind = think('V1');
    await expect(mind.consider(turn('why'))).rejects.toThrow('no answer');
    current = 'b2';
    await live.refresh('desk');
    await expect.poll(() => disposed).toEqual(['b1']);
    expect(rows).toMatchObject([{ tier: 'imperator', settled: false }]);
  });
});

describe('escalate', () => {
  it('asks context and LLM alone', async () => {
    expect(await think().escalate(turn('ls'))).toMatchObject({ tier: 'imperator' });
    expect(visited()).toEqual(['cet', 'imperator']);
  });
});

describe('explain', () => {
  it('walks the cheap tiers, records nothing and leaves the LLM alone', async () => {
    top = () => Promise.reject(new Error('must not be asked'));
    const { decisions, verdict } = await think().explain(turn('why'));
    expect(decisions.map((row) => row.tier)).toEqual(['dtr', 'lppm', 'cet']);
    expect(verdict.settled).toBe(false);
    expect(rows).toEqual([]);
  });

  it('has something to say where the level has no cheap tier', async () => {
    expect((await think('V1').explain(turn('ls'))).verdict).toMatchObject({ settled: false, tier: 'cet' });
  });
});
