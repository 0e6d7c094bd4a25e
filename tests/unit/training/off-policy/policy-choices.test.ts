import { describe, expect, it } from 'vitest';
import type { Decision, Outcome, Verdict } from '../../../../engine/core/decision.ts';
import { hashFraction } from '../../../../engine/core/hash.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import type { Tier } from '../../../../engine/tiers/tier.ts';
import type { AnsweredTurn } from '../../../../training/examples/answered-turn.ts';
import { differenceOf, estimateLadder, servedTurns } from '../../../../training/off-policy/policy-choices.ts';
import { decisionFixture, messageFixture } from '../../../support/log-fixture.ts';

const explore = 0.1;
const reply = (text: string): Outcome => ({ kind: 'reply', text });
/** What the LLM says to a message. */
const truth = (id: string): string => (hashFraction(`truth ${id}`) < 0.5 ? 'yes' : 'no');

/** Live traffic of a champion that settles three in five, a tenth of which the LLM was shown. */
function traffic(count: number): { readonly turns: AnsweredTurn[]; readonly decisions: Decision[] } {
  const turns: AnsweredTurn[] = [];
  const decisions: Decision[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = `m${index}`;
    const message = messageFixture(id, { author: 'user' });
    const isSure = hashFraction(`sure ${id}`) < 0.6;
    const isHeld = isSure && hashFraction(`held ${id}`) < explore;
    const said = isSure && !isHeld ? 'whatever' : truth(id);
    const answer = messageFixture(`${id} answer`, {
      author: 'assistant',
      parts: [{ kind: 'text', text: said, provenance: 'model' }],
    });
    turns.push({ conversation: 'c', role: 'desk', tools: [], history: [], message, answer, call: null });
    const row = (tier: 'lppm' | 'imperator', settled: boolean, propensity: number): Decision => ({
      ...decisionFixture(`${id} ${tier}`, { message: message.id, settled }),
      tier,
      propensity,
      shadow: false,
    });
    decisions.push(row('lppm', isSure && !isHeld, isSure ? (isHeld ? explore : 1 - explore) : 1));
    if (!isSure || isHeld) decisions.push(row('imperator', true, 1));
  }
  return { turns, decisions };
}

/** Settles a share of the messages, and is right in a share of these. */
function ladder(name: string, settles: number, right: number): Tier {
  return {
    name: 'lppm',
    consider: ({ message }: Turn): Promise<Verdict> => {
      const base = {
        tier: 'lppm' as const,
        label: 'l',
        threshold: 0,
        reason: '',
        model: null,
        evidence: [],
        propensity: 1,
      };
      const isSure = hashFraction(`${name} settles ${message.id}`) < settles;
      if (!isSure) return Promise.resolve({ ...base, confidence: 0, settled: false });
      const isRight = hashFraction(`${name} right ${message.id}`) < right;
      const said = (truth(message.id) === 'yes') === isRight ? 'yes' : 'no';
      return Promise.resolve({ ...base, confidence: right, settled: true, outcome: reply(said) });
    },
  };
}

describe('estimate of a ladder from traffic that another served', () => {
  const { turns, decisions } = traffic(20_000);
  const served = servedTurns(turns, decisions);
  const none = new Map();

  it('weighs what the LLM was shown by how often it is', () => {
    expect(served).toHaveLength(20_000);
    const seen = served.filter(({ isSeen }) => isSeen);
    expect(new Set(seen.map(({ propensity }) => propensity))).toEqual(new Set([1, explore]));
    const weight = seen.reduce((sum, { propensity }) => sum + 1 / propensity, 0);
    expect(weight / served.length).toBeCloseTo(1, 1);
    expect(servedTurns(turns, [])).toEqual([]);
  });

  it('finds how often it would have been right, with the LLM above it', async () => {
    const { estimate } = await estimateLadder(served, [ladder('a', 0.5, 0.8)], none);
    expect(estimate.doubt).toBeNull();
    expect(estimate.settled / estimate.messages).toBeCloseTo(0.5, 1);
    // half is settled, a fifth of that wrongly
    expect(Math.abs((estimate.snips ?? 0) - 0.9)).toBeLessThan(3 * (estimate.standardError ?? 0));
    expect(Math.abs((estimate.doublyRobust ?? 0) - 0.9)).toBeLessThan(0.02);
    expect(estimate.standardError).toBeLessThan(0.01);
    expect(estimate.effective).toBeLessThan(estimate.seen);
  });

  it('compares two on the same rows', async () => {
    const first = await estimateLadder(served, [ladder('a', 0.5, 0.8)], none);
    const second = await estimateLadder(served, [ladder('b', 0.5, 0.95)], none);
    const { difference, standardError } = differenceOf(served, first.wishes, second.wishes);
    expect(Math.abs((difference ?? 0) - 0.075)).toBeLessThan(3 * (standardError ?? 0));
    const same = differenceOf(served, first.wishes, first.wishes);
    expect(same.difference).toBeCloseTo(0, 9);
  });

  it('says that nobody can tell where too little was shown', async () => {
    const few = await estimateLadder(served.slice(0, 300), [ladder('a', 0.5, 0.8)], none);
    expect(few.estimate).toMatchObject({
      snips: null,
      doubt: expect.stringMatching(/^cannot tell: .* 400 are needed/),
    });
    const blind = served.filter(({ isSeen, propensity }) => !isSeen || propensity === 1);
    const { estimate } = await estimateLadder(blind, [ladder('a', 1, 0.8)], none);
    expect(estimate.doubt).toMatch(/too little was tried of what it would do with lppm/);
  });
});
