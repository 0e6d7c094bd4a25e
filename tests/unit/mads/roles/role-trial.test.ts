import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, sequentialIds } from '../../../../engine/core/clock.ts';
import type { Decision, Outcome, Verdict } from '../../../../engine/core/decision.ts';
import { quietLogger } from '../../../../engine/core/logger.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { LiveModels } from '../../../../engine/pipeline/live-models.ts';
import type { Pair } from '../../../../engine/pipeline/rollout-evidence.ts';
import { Rollouts } from '../../../../engine/pipeline/rollout.ts';
import { ShadowQueue } from '../../../../engine/pipeline/shadow.ts';
import type { Tier } from '../../../../engine/tiers/tier.ts';
import { RoleThinking } from '../../../../mads/roles/role-thinking.ts';
import { RoleTrial } from '../../../../mads/roles/role-trial.ts';
import { TableTier } from '../../../support/desk.ts';

const reply = (text: string): Outcome => ({ kind: 'reply', text });
const call = (name: string): Outcome => ({ kind: 'tool-call', name, arguments: {} });
const turn = (text: string, conversation = 'c', id = `m ${text} ${conversation}`): Turn => ({
  message: {
    id,
    conversation,
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

let share: number;
let explore: number;
let rows: Decision[];
let pairs: Pair[];
let disposed: string[];
let asked: number;
let llm: (turn: Turn) => Promise<Verdict>;
let queue: ShadowQueue;
let live: LiveModels;

/** Two bundles that differ in what they do with "list". */
const tables: Readonly<Record<string, Record<string, Outcome>>> = {
  old: { ls: call('shell'), list: call('shell') },
  fresh: { ls: call('shell'), list: call('files'), books: call('shop') },
};

beforeEach(() => {
  [share, explore, rows, pairs, disposed, asked] = [0, 0, [], [], [], 0];
  llm = (given) =>
    new TableTier('imperator', {
      list: call('files'),
      books: call('shop'),
      ls: call('shell'),
      why: reply('so'),
    }).consider(given);
  queue = new ShadowQueue(quietLogger);
});

function mind(): RoleThinking {
  const load = async (role: string, id: string) => ({
    id,
    role,
    dtr: new TableTier('dtr', tables[id] ?? {}),
    lppm: null,
    cet: null,
    dispose: async () => void disposed.push(id),
  });
  const clock = new ManualClock();
  live = new LiveModels(
    { current: async () => 'old', challenger: async () => ({ bundle: 'fresh', share }), load },
    quietLogger,
  );
  const registry = {} as ConstructorParameters<typeof Rollouts>[0]['registry'];
  const settings = { margin: 0.02, messages: 10, audit: 0.5, days: 14 };
  const rollouts = new Rollouts({ registry, settings, clock, logger: quietLogger });
  rollouts.observe = async (_role, _bundle, pair) => void pairs.push(pair);
  const sink = { record: (decisions: readonly Decision[]) => void rows.push(...decisions) };
  const imperator: Tier = {
    name: 'imperator',
    consider: (given) => {
      asked += 1;
      return llm(given);
    },
  };
  return new RoleThinking('desk', {
    live,
    imperator,
    sink,
    clock,
    ids: sequentialIds(),
    level: 'V3',
    tierTimeoutMs: 250,
    context: { contextTokens: 512 },
    admits: () => null,
    explore,
    trial: new RoleTrial(rollouts, queue, sink),
  });
}
const effective = (): string[] => rows.filter((row) => !row.shadow).map((row) => `${row.tier} ${row.settled}`);
const shadowed = (): string[] => rows.filter((row) => row.shadow).map((row) => `${row.tier} ${row.settled}`);

describe('a challenger in shadow', () => {
  it('is asked about everything and has no effect', async () => {
    const desk = mind();
    await desk.consider(turn('ls'));
    await desk.consider(turn('books'));
    expect(await desk.consider(turn('list'))).toMatchObject({ outcome: { name: 'shell' } });
    await queue.idle();
    expect(effective()).toEqual(['dtr true', 'dtr false', 'imperator true', 'dtr true']);
    expect(shadowed().slice(0, 2)).toEqual(['dtr true', 'dtr true']);
    expect(rows.every(({ propensity }) => propensity === 1)).toBe(true);
    expect(pairs.slice(0, 2)).toMatchObject([
      { champion: { outcome: { name: 'shell' } }, challenger: { outcome: { name: 'shell' } }, asked: 0 },
      // what the LLM answered anyway is judged for nothing
      { champion: { outcome: null }, challenger: { outcome: { name: 'shop' } }, right: { name: 'shop' }, asked: 1 },
    ]);
  });

  it('is judged by the LLM on a known share of what it would do otherwise', async () => {
    const desk = mind();
    for (let index = 0; index < 200; index += 1) await desk.consider(turn('list', `c${index}`));
    await queue.idle();
    const judged = pairs.filter((pair) => pair.asked > 0);
    expect(judged.length).toBeGreaterThan(70);
    expect(judged.length).toBeLessThan(130);
    expect(new Set(judged.map((pair) => pair.asked))).toEqual(new Set([0.5]));
    expect(judged.every(({ right }) => right?.kind === 'tool-call' && right.name === 'files')).toBe(true);
    expect(asked).toBe(judged.length);
  });

  it('keeps its models until the last comparison is done', async () => {
    const desk = mind();
    await desk.consider(turn('ls'));
    await queue.close();
    await live.dispose();
    expect(disposed.toSorted()).toEqual(['fresh', 'old']);
    expect(queue.add(async () => undefined)).toBe(false);
  });
});

describe('work beside live traffic', () => {
  it('is dropped where too much waits, survives what fails, and keeps nobody waiting at the end', async () => {
    let go = (): void => undefined;
    expect(queue.add(() => new Promise<void>((resolve) => (go = resolve)))).toBe(true);
    let done = 0;
    for (let index = 0; index < 300; index += 1) {
      queue.add(async () => {
        done += 1;
        throw new Error('no effect');
      });
    }
    expect(queue.dropped).toBe(300 - 256);
    await expect.poll(() => go.name).not.toBe('go');
    go();
    await queue.idle();
    expect(done).toBe(256);
    queue.add(() => new Promise<void>(() => undefined));
    queue.add(async () => void (done += 1));
    await queue.close(10);
    expect(done).toBe(256);
  });
});

describe('a canary', () => {
  it('answers its share of the conversations, each by one arm, and logs with which probability', async () => {
    share = 0.25;
    const desk = mind();
    const names: string[] = [];
    for (let index = 0; index < 400; index += 1) {
      for (const time of [1, 2]) {
        const verdict = await desk.consider(turn('list', `c${index}`, `m${index} ${time}`));
        names.push(verdict.settled && verdict.outcome.kind === 'tool-call' ? verdict.outcome.name : '');
      }
      await queue.idle();
    }
    const fresh = names.filter((name) => name === 'files').length / names.length;
    expect(fresh).toBeGreaterThan(0.18);
    expect(fresh).toBeLessThan(0.32);
    for (let index = 0; index < names.length; index += 2) expect(names[index]).toBe(names[index + 1]);
    const live_ = rows.filter((row) => !row.shadow && row.tier === 'dtr');
    for (const row of live_) {
      const name = row.outcome?.kind === 'tool-call' ? row.outcome.name : '';
      expect(row.propensity).toBeCloseTo(name === 'files' ? 0.25 : 0.75, 12);
    }
  });
});

describe('exploration', () => {
  it('sends a known share up, which never costs an answer', async () => {
    explore = 0.3;
    const desk = mind();
    for (let index = 0; index < 200; index += 1) await desk.consider(turn('ls', `c${index}`));
    const seen = rows.filter((row) => row.tier === 'dtr' && !row.settled && !row.shadow);
    expect(seen.length).toBeGreaterThan(40);
    expect(seen.length).toBeLessThan(80);
    expect(seen.every(({ propensity, outcome }) => propensity === 0.3 && outcome !== null)).toBe(true);
    const settled = rows.filter((row) => row.tier === 'dtr' && row.settled && !row.shadow);
    expect(settled.every(({ propensity }) => propensity === 0.7)).toBe(true);
    llm = () => Promise.reject(new Error('away'));
    for (let index = 0; index < 50; index += 1) {
      const one = turn('ls', `d${index}`);
      expect(await desk.consider({ ...one, decision: `dec ${index}` })).toMatchObject({ tier: 'dtr', settled: true });
    }
    const named = rows.filter(({ id, settled: done }) => id.startsWith('dec ') && done).map(({ id }) => id);
    expect(new Set(named).size).toBe(50);
    await expect(desk.consider(turn('why'))).rejects.toThrow('away');
  });
});
