import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseCorpus } from '../../../datasets/sample/base-corpus.ts';
import type { Message } from '../../../engine/core/message.ts';
import { DtrTier } from '../../../engine/tiers/dtr.ts';
import { TierReasons } from '../../../mads/grace/dashboard/tier-reasons.ts';
import type { Artefact } from '../../../models/artefact.ts';
import { CetModel } from '../../../models/cet/model.ts';
import { DtrModel } from '../../../models/dtr/model.ts';
import { LppmModel } from '../../../models/lppm/model.ts';
import { contextDesk, smallContext } from '../../support/context-desk.ts';
import { decisionFixture } from '../../support/log-fixture.ts';
import { processDesk } from '../../support/process-desk.ts';

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
    const { visits } = await new TierReasons({ artefact }).explain({ message, visits: [logged] });
    expect(visits[0]?.evidence.at(-1)?.what).toMatch(flips);
    expect(visits[0]?.evidence.length).toBeGreaterThan(2);
  });

  it('stay as they were logged where the model is gone, the visit is of another tier, or the text is not the caller’s', async () => {
    const reasons = new TierReasons({ artefact });
    const others = [
      { ...logged, model: 'lost' },
      { ...logged, tier: 'imperator' as const },
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

describe('reasons of the process mapper', () => {
  const model = new LppmModel();
  let folder = '';
  const artefact = (): Promise<Artefact> => Promise.resolve({ folder } as Artefact);

  beforeAll(async () => {
    await model.fit(processDesk(1, 60), { seed: 1 });
    folder = await mkdtemp(join(tmpdir(), 'reasons-'));
    await model.save(folder);
  }, 60_000);
  afterAll(async () => {
    await model.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('tell words, earlier turns, the runner-up and logged conversations like it, as the conversation stood then', async () => {
    const said = (id: string, author: Message['author'], text: string): Message => ({
      ...message,
      id,
      author,
      parts: [{ kind: 'text', text, provenance: author === 'user' ? 'caller' : 'agent' }],
    });
    const last = said('m3', 'user', 'it is 48213');
    const conversation = [
      said('m1', 'user', 'no table, a refund please'),
      said('m2', 'assistant', 'What is the order number?'),
      last,
      said('m4', 'user', 'what was said later tells nothing'),
    ];
    const visit = {
      ...decisionFixture('d', { tier: 'lppm', model: 'good' }),
      evidence: [{ what: 'as it was logged' }],
    };
    const reasons = new TierReasons({ artefact });
    const toldOf = async (asked: Message): Promise<string> => {
      const { visits } = await reasons.explain({ message: asked, visits: [visit] }, conversation);
      return visits[0]?.evidence.map(({ what }) => what).join('\n') ?? '';
    };
    expect(await toldOf(conversation[0] as Message)).toMatch(/speaks word "refund"/);
    const told = await toldOf(last);
    expect(told).toMatch(/speaks (step ask_order|earlier "no table|all that was said before)/);
    expect(told.match(/^(step |left to the LLM)/gm)?.length).toBeGreaterThan(1);
    expect(told).toMatch(/like a message of conversation desk-1-\d+/);
    expect(told).toMatch(/order = 48213 \(span\)/);
    expect(told).not.toContain('later');
  });
});

describe('reasons of the context chooser', () => {
  const model = new CetModel({ parameters: smallContext });
  const [example] = contextDesk(2, 1);
  let folder = '';

  beforeAll(async () => {
    await model.fit(contextDesk(1, 6), { seed: 1 });
    folder = await mkdtemp(join(tmpdir(), 'reasons-'));
    await model.save(folder);
    await model.dispose();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('say of each logged piece which signals spoke for it, and leave what was forgotten as it was', async () => {
    const { query, candidates } = example!.input;
    const said = (id: string, text: string, sender: string): Message => ({
      ...message,
      id,
      sender,
      parts: [{ kind: 'text', text, provenance: 'caller' }],
    });
    const asked = said('asked', query, 'Ben');
    const conversation = [...candidates.map(({ id, text, speaker }) => said(id, text, speaker)), asked];
    const choices = [{ id: 'gone' }, ...candidates].map(({ id }) => {
      return { id, chosen: true, score: 1, tokens: 5, reason: 'useful enough' };
    });
    const visit = { ...decisionFixture('d', { tier: 'cet', model: 'good' }), evidence: [], choices };
    const reasons = new TierReasons({ artefact: () => Promise.resolve({ folder } as Artefact) });
    const { visits } = await reasons.explain({ message: asked, visits: [visit] }, conversation);
    const told = new Map(visits[0]?.choices.map(({ id, reason }) => [id, reason]));
    expect(told.get(example!.evidence[0]!)).toMatch(/^useful enough; for it: [a-z ]+ \+\d/);
    expect(told.get('gone')).toBe('useful enough');
  });
});
