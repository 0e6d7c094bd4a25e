import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../engine/core/clock.ts';
import type { Outcome } from '../../../../engine/core/decision.ts';
import { EngineError } from '../../../../engine/core/errors.ts';
import { quietLogger } from '../../../../engine/core/logger.ts';
import { seededRandom } from '../../../../engine/core/random.ts';
import { RolloutEvidence, type Pair } from '../../../../engine/pipeline/rollout-evidence.ts';
import { Rollouts, type RolloutMemories, type RolloutParts } from '../../../../engine/pipeline/rollout.ts';
import { isRightBy, isSameOutcome } from '../../../../engine/pipeline/same-outcome.ts';
import type { Bundle } from '../../../../models/bundle.ts';
import type { Challenger } from '../../../../models/registry/state.ts';

const call = (name: string, city = 'Rome'): Outcome => ({ kind: 'tool-call', name, arguments: { city } });
const says = (text: string): Outcome => ({ kind: 'reply', text });
const did = (outcome: Outcome | null, failed = false) => ({ outcome, failed });
const pair = (champion: Outcome | null, challenger: Outcome | null, right: Outcome | null = null, asked = 0): Pair => ({
  champion: did(champion),
  challenger: did(challenger),
  right,
  asked,
});
const agreed = pair(call('book'), call('book'));
const lost = pair(call('book'), call('cancel'), call('book'), 0.5);
const won = pair(call('cancel'), call('book'), call('book'), 0.5);

describe('outcomes', () => {
  it('are the same deed by tool and arguments, step, or words', () => {
    expect(isSameOutcome(call('book'), { ...call('book'), process: 'p', step: 's' } as Outcome)).toBe(true);
    expect(isSameOutcome(call('book'), call('book', 'Oslo'))).toBe(false);
    expect(isSameOutcome(null, call('book'))).toBe(false);
    expect(isSameOutcome(null, null)).toBe(true);
  });

  it('are judged by what an LLM did, and by nobody where words differ', () => {
    expect(isRightBy(call('book'), call('book'))).toBe(true);
    expect(isRightBy(call('book'), says('Which city?'))).toBe(false);
    expect(isRightBy(says('Which city, please?'), says('which city please'))).toBe(true);
    expect(isRightBy(says('Which city?'), says('Good morning'))).toBeNull();
  });
});

describe('evidence', () => {
  const settings = { margin: 0.02, audit: 0.5 };
  const after = (pairs: readonly Pair[]): RolloutEvidence => {
    const evidence = new RolloutEvidence(settings);
    for (const one of pairs) evidence.add(one);
    return evidence;
  };

  it('grows for a challenger that does the same, and never against it', () => {
    const evidence = after(Array.from({ length: 800 }, () => agreed));
    expect(evidence.good).toBeGreaterThan(100);
    expect(evidence.harm).toBeLessThanOrEqual(1);
  });

  it('turns against one that loses, and is not impressed by what nobody judged', () => {
    expect(after(Array.from({ length: 30 }, () => lost)).harm).toBeGreaterThan(10);
    expect(after(Array.from({ length: 30 }, () => won)).harm).toBeLessThan(1);
    const untold = pair(says('Which city?'), null, says('Good morning'), 0.5);
    const evidence = after(Array.from({ length: 400 }, () => untold));
    expect(evidence.state.unjudged).toBe(400);
    expect(evidence.harm).toBeLessThanOrEqual(1);
    const worse = pair(null, says('Which city?'), says('Good morning'), 1);
    expect(after(Array.from({ length: 400 }, () => worse)).good).toBeLessThan(1);
  });

  it('counts a judged pair by the inverse of the share that is judged', () => {
    const ten = (asked: number): number => after(Array.from({ length: 10 }, () => ({ ...lost, asked }))).harm;
    expect(ten(0.5)).toBeGreaterThan(2 * ten(1));
  });

  it('counts failing tiers and complaints beyond the share of the conversations', () => {
    const failing = after(Array.from({ length: 40 }, () => ({ ...agreed, challenger: did(call('book'), true) })));
    expect(failing.harm).toBeGreaterThan(10);
    const blamed = new RolloutEvidence(settings);
    for (let index = 0; index < 6; index += 1) blamed.complain(true, 0.05);
    expect(blamed.harm).toBeGreaterThan(10);
    const fair = new RolloutEvidence(settings);
    for (let index = 0; index < 100; index += 1) fair.complain(index % 20 === 0, 0.05);
    expect(fair.harm).toBeLessThan(3);
  });

  it('calls an equal challenger harmful in at most a tenth of all trials, at whatever time one looks', () => {
    const random = seededRandom(3);
    let harmed = 0;
    for (let trial = 0; trial < 150; trial += 1) {
      const evidence = new RolloutEvidence(settings);
      let most = 0;
      for (let index = 0; index < 300; index += 1) {
        const luck = random();
        const differs = luck < 0.05 ? lost : luck < 0.1 ? won : agreed;
        evidence.add(differs === agreed || random() < 0.5 ? differs : { ...differs, right: null, asked: 0 });
        most = Math.max(most, evidence.harm);
      }
      harmed += Number(most >= 10);
    }
    expect(harmed / 150).toBeLessThanOrEqual(0.1);
  });
});

let clock: ManualClock;
let current: string;
let challenger: Challenger | null;
let told: string[];
const registry: RolloutParts['registry'] = {
  current: async () => ({ id: current }) as Bundle,
  challenger: async () => challenger,
  offer: async (_role, bundle, { share, reason }) => {
    told.push(`offer ${share}`);
    challenger = { bundle, champion: current, share, since: clock.now(), reason };
    return { id: bundle } as Bundle;
  },
  promote: async (_role, bundle) => {
    told.push('promote');
    current = bundle as string;
    challenger = null;
    return { id: current } as Bundle;
  },
  withdraw: async (_role, reason) => {
    told.push(`withdraw: ${reason}`);
    challenger = null;
    return 'b2';
  },
};

async function begun(messages = 20, memories?: RolloutMemories, over?: Partial<RolloutParts>): Promise<Rollouts> {
  const settings = { margin: 0.2, messages, audit: 0.5, days: 14 };
  const more = memories === undefined ? {} : { memories };
  const rollouts = new Rollouts({ registry, settings, clock, logger: quietLogger, ...more, ...over });
  await rollouts.refresh('desk');
  return rollouts;
}

beforeEach(() => {
  clock = new ManualClock(1000);
  current = 'b1';
  told = [];
  challenger = { bundle: 'b2', champion: 'b1', share: 0, since: 1000, reason: 'gate' };
});

describe('a rollout', () => {
  it('goes from shadow over 5 and 25 % to all, on evidence', async () => {
    const rollouts = await begun();
    let pairs = 0;
    for (; challenger !== null && pairs < 500; pairs += 1) await rollouts.observe('desk', 'b2', agreed);
    expect(told).toEqual(['offer 0.05', 'offer 0.25', 'promote']);
    expect(pairs).toBeGreaterThanOrEqual(60);
    expect(current).toBe('b2');
  });

  it('ends at the first weak evidence of harm, and by time where nothing is found', async () => {
    const rollouts = await begun();
    for (let index = 0; index < 40 && challenger !== null; index += 1) await rollouts.observe('desk', 'b2', lost);
    expect(told).toEqual([expect.stringMatching(/^withdraw: it does harm: e-value 1\d\.\d on \d+ messages/)]);
    challenger = { bundle: 'b3', champion: 'b1', share: 0, since: clock.now(), reason: 'gate' };
    await rollouts.refresh('desk');
    clock.advance(15 * 86_400_000);
    await rollouts.observe('desk', 'b3', agreed);
    expect(told.at(-1)).toMatch(/no result after 14 days/);
  });

  it('keeps a conversation with the arm that it began with, also when the share grows', async () => {
    const rollouts = await begun();
    const names = Array.from({ length: 2000 }, (_, index) => `c${index}`);
    const arms = names.map((name) => rollouts.armOf('desk', name, 'b2', 0.05));
    const share = arms.filter((arm) => arm === 'challenger').length / names.length;
    expect(share).toBeGreaterThan(0.03);
    expect(share).toBeLessThan(0.07);
    expect(names.map((name) => rollouts.armOf('desk', name, 'b2', 0.25))).toEqual(arms);
    const fresh = names.filter((name) => rollouts.armOf('desk', `new ${name}`, 'b2', 0.25) === 'challenger');
    expect(fresh.length / names.length).toBeGreaterThan(0.2);
  });

  it('hears of one complaint for each conversation, and of none about what it did not serve', async () => {
    const rollouts = await begun(1000);
    challenger = { ...(challenger as Challenger), share: 0.05 };
    await rollouts.refresh('desk');
    for (let index = 0; index < 6; index += 1) {
      rollouts.served(`m${index}`, 'challenger', 0.05, 'one conversation');
      await rollouts.complain('desk', `m${index}`);
      await rollouts.complain('desk', `unknown ${index}`);
    }
    expect(told).toEqual([]);
    for (let index = 0; index < 6; index += 1) {
      rollouts.served(`n${index}`, 'challenger', 0.05, `conversation ${index}`);
      await rollouts.complain('desk', `n${index}`);
    }
    expect(told).toHaveLength(1);
  });

  it('goes on after a restart, and begins anew for another challenger', async () => {
    const first = await begun(1000);
    for (let index = 0; index < 50; index += 1) await first.observe('desk', 'b2', agreed);
    const memories = JSON.parse(JSON.stringify(first.memories)) as RolloutMemories;
    expect((await begun(1000, memories)).status()).toEqual(first.status());
    expect(first.status()).toMatchObject([{ role: 'desk', pairs: 50, waitsFor: '950 more messages at this share' }]);
    // a restart in which nothing was asked forgets nothing, a trial that is over is forgotten
    const idle = await begun(1000, memories);
    expect(idle.memories).toEqual(memories);
    const tried = challenger as Challenger | null;
    challenger = null;
    await idle.refresh('desk');
    expect(idle.memories).toEqual({});
    challenger = { ...(tried as Challenger), bundle: 'b9' };
    expect((await begun(1000, memories)).status()).toMatchObject([{ bundle: 'b9', pairs: 0 }]);
  });

  it('takes it calmly when another process was faster', async () => {
    const conflict = new EngineError('REGISTRY_CONFLICT', { role: 'desk', expected: 'b1', actual: 'b7' });
    const rollouts = await begun(1, undefined, { registry: { ...registry, offer: () => Promise.reject(conflict) } });
    await rollouts.observe('desk', 'b2', agreed);
    await rollouts.observe('desk', 'b2', agreed);
    expect(told).toEqual([]);
    expect(rollouts.status()).toHaveLength(1);
  });
});
