import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseCorpus } from '../../../datasets/sample/base-corpus.ts';
import type { Message } from '../../../engine/core/message.ts';
import { DtrTier } from '../../../engine/tiers/dtr.ts';
import { RouterReasons } from '../../../mads/grace/dashboard/router-reasons.ts';
import type { Artefact } from '../../../models/artefact.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import { decisionFixture } from '../../support/log-fixture.ts';

const message: Message = {
  id: 'm',
  conversation: 'c',
  author: 'user',
  sender: 'ann',
  recipient: 'desk',
  time: 0,
  parts: [{ kind: 'text', text: 'SELECT name FROM customers WHERE id = 7', provenance: 'caller' }],
};
const flips = /^(The smallest change that matters|No change of one or two features)/;

describe('reasons of the tree router', () => {
  const model = new DtrModel({ learner: 'boosted' });
  let folder = '';
  const logged = { ...decisionFixture('d', { tier: 'dtr', model: 'good' }), evidence: [{ what: 'as it was logged' }] };
  const artefact = (id: string): Promise<Artefact> =>
    id === 'good' ? Promise.resolve({ folder } as Artefact) : Promise.reject(new Error('gone'));

  beforeAll(async () => {
    const rows = baseCorpus(1, { rows: 200 }).map((row) => ({ ...row, destination: null, payload: null }));
    await model.fit(rows, { seed: 1 });
    folder = await mkdtemp(join(tmpdir(), 'reasons-'));
    await model.save(folder);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are asked of the model that decided, with what would flip the route', async () => {
    const { visits } = await new RouterReasons({ artefact }).explain({ message, visits: [logged] });
    expect(visits[0]?.evidence.at(-1)?.what).toMatch(flips);
    expect(visits[0]?.evidence.length).toBeGreaterThan(2);
  });

  it('stay as they were logged where the model is gone, the visit is of another tier, or the text is not the caller’s', async () => {
    const reasons = new RouterReasons({ artefact });
    const others = [
      { ...logged, model: 'lost' },
      { ...logged, tier: 'lppm' as const },
    ];
    expect((await reasons.explain({ message, visits: others })).visits).toEqual(others);
    const brought: Message = { ...message, parts: [{ kind: 'text', text: 'ls', provenance: 'tool' }] };
    expect((await reasons.explain({ message: brought, visits: [logged] })).visits).toEqual([logged]);
  });

  it('hold the flip only where somebody waits to read it', async () => {
    const tier = new DtrTier(model, { thresholds: { standard: 0.5, byLabel: {} }, modelId: 'good' });
    const turn = { message, history: [], role: 'desk', tools: [] };
    const plain = await tier.consider(turn);
    const read = await tier.consider({ ...turn, explains: true });
    expect(plain.evidence.some(({ what }) => flips.test(what))).toBe(false);
    expect(read.evidence.some(({ what }) => flips.test(what))).toBe(true);
  });
});
