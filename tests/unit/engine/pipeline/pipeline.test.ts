import { describe, expect, it } from 'vitest';
import { ManualClock, sequentialIds } from '../../../../engine/core/clock.ts';
import type { Decision, Verdict } from '../../../../engine/core/decision.ts';
import type { TierName } from '../../../../engine/core/tier-name.ts';
import type { Turn } from '../../../../engine/core/turn.ts';
import { Pipeline } from '../../../../engine/pipeline/pipeline.ts';
import type { Tier } from '../../../../engine/tiers/tier.ts';

const base = { label: null, threshold: 0.5, reason: 'test', model: null, evidence: [], propensity: 1 };
const settled = (tier: TierName, confidence: number | null = 0.9): Verdict => ({
  ...base,
  settled: true,
  tier,
  confidence,
  outcome: { kind: 'reply', text: `from ${tier}` },
});
const passed = (tier: TierName): Verdict => ({
  ...base,
  settled: false,
  tier,
  confidence: 0.1,
  prepared: { plan: tier },
});
const tier = (name: TierName, consider: (turn: Turn) => Promise<Verdict>): Tier => ({ name, consider });

const turn: Turn = {
  message: {
    id: 'm1',
    conversation: 'c1',
    author: 'user',
    sender: 'user',
    recipient: 'desk',
    time: 0,
    parts: [{ kind: 'text', text: 'hello', provenance: 'caller' }],
  },
  history: [],
  role: 'desk',
  tools: [],
};

function pipelineOf(...tiers: Tier[]): { pipeline: Pipeline; rows: Decision[] } {
  const rows: Decision[] = [];
  const sink = { record: (decisions: readonly Decision[]) => void rows.push(...decisions) };
  const options = { sink, clock: new ManualClock(7), ids: sequentialIds(), timeoutMs: 20 };
  return { pipeline: new Pipeline(tiers, options), rows };
}

describe('consider', () => {
  it('stops at the first tier that settles and records every visit', async () => {
    const { pipeline, rows } = pipelineOf(
      tier('dtr', async () => passed('dtr')),
      tier('lppm', async () => settled('lppm')),
      tier('imperator', async () => settled('imperator')),
    );
    expect(await pipeline.consider(turn)).toMatchObject({ settled: true, tier: 'lppm' });
    expect(rows.map((row) => [row.tier, row.settled])).toEqual([
      ['dtr', false],
      ['lppm', true],
    ]);
  });

  it('hands up what a lower tier prepared', async () => {
    let seen: Turn | undefined;
    const { pipeline } = pipelineOf(
      tier('lppm', async () => passed('lppm')),
      tier('imperator', async (given) => ((seen = given), settled('imperator'))),
    );
    await pipeline.consider(turn);
    expect(seen?.prepared?.plan).toBe('lppm');
  });

  it.each([
    ['an error', async () => Promise.reject(new Error('boom'))],
    ['silence', () => new Promise<Verdict>(() => undefined)],
    ['NaN', async () => settled('dtr', Number.NaN)],
    ['a confidence above one', async () => settled('dtr', 1.5)],
  ])('passes up on %s, and says so', async (_name, consider) => {
    const { pipeline, rows } = pipelineOf(
      tier('dtr', consider),
      tier('imperator', async () => settled('imperator')),
    );
    expect(await pipeline.consider(turn)).toMatchObject({ settled: true, tier: 'imperator' });
    expect(rows[0]).toMatchObject({ tier: 'dtr', settled: false });
    expect(rows[0]?.reason).toMatch(/passed over/);
  });

  it('throws what the last tier throws, after recording the way up', async () => {
    const { pipeline, rows } = pipelineOf(
      tier('dtr', async () => passed('dtr')),
      tier('imperator', async () => Promise.reject(new Error('no LLM'))),
    );
    await expect(pipeline.consider(turn)).rejects.toThrow('no LLM');
    expect(rows).toHaveLength(2);
  });

  it('is a tier itself', async () => {
    const inner = pipelineOf(tier('lppm', async () => settled('lppm'))).pipeline;
    const { pipeline } = pipelineOf(
      inner,
      tier('imperator', async () => settled('imperator')),
    );
    expect(await pipeline.consider(turn)).toMatchObject({ tier: 'lppm' });
  });
});
