import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleConversations } from '../../../../datasets/sample/desk.ts';
import { fewestGoldenVectors } from '../../../../models/artefact.ts';
import type { Bundle } from '../../../../models/bundle.ts';
import type { CetExample } from '../../../../models/cet/example.ts';
import { CetModel } from '../../../../models/cet/model.ts';
import { Registry } from '../../../../models/registry/registry.ts';
import { contestContext, heldOutQuestions } from '../../../../training/gate/context-contest.ts';
import { answeredTurns } from '../../../../training/examples/answered-turn.ts';
import { judgeContext, type FoundEvidence } from '../../../../training/gate/context-recall.ts';
import { judgeCandidate } from '../../../../training/gate/gate.ts';
import { contextDesk, smallContext } from '../../../support/context-desk.ts';

const level = 0.01;
const place = (registry: Registry) => ({ registry, device: 'cpu' }) as const;

function found(conversations: number, recall: (number: number) => number): FoundEvidence[] {
  return Array.from({ length: conversations }, (_, number) => ({
    question: `q${number}`,
    conversation: `c${number}`,
    recall: recall(number),
  }));
}

describe('judgeContext', () => {
  const half = found(100, (number) => number % 2);
  const judge = (candidate: FoundEvidence[], serving: FoundEvidence[], isFirst = false) =>
    judgeContext(candidate, serving, 'the one that serves', { level, isFirst });

  it('lets an equal one serve, without calling it better', () => {
    expect(judge(half, half)).toMatchObject({ isAccepted: true, isBetter: false, missing: 0 });
  });
  it('calls one better that finds more than chance explains', () => {
    const more = found(100, (number) => (number % 2 === 1 || number < 20 ? 1 : 0));
    expect(judge(more, half)).toMatchObject({ isAccepted: true, isBetter: true });
  });
  it('refuses one that finds less', () => {
    const verdict = judge(
      found(100, () => 0),
      half,
    );
    expect(verdict).toMatchObject({ isAccepted: false, missing: 0 });
    expect(verdict.reason).toMatch(/-50\.0 %.*what serves stays/);
  });
  it('says how many conversations are missing, where there are few and where they differ much', () => {
    const few = judge(half.slice(0, 12), half.slice(0, 12));
    expect(few).toMatchObject({ isAccepted: false, missing: 8 });
    expect(few.reason).toContain('8 more conversations');
    const other = judge(
      found(100, (number) => (number + 1) % 2),
      half,
    );
    expect(other.isAccepted).toBe(false);
    expect(other.missing).toBeGreaterThan(1000);
  });
  it('lets a first one serve that is not shown to be worse than words and recency', () => {
    expect(judge(half.slice(0, 3), half.slice(0, 3), true).isAccepted).toBe(true);
    expect(
      judge(
        found(10, () => 0),
        found(10, () => 1),
        true,
      ).isAccepted,
    ).toBe(false);
  });
  it('counts conversations, not the questions of one', () => {
    const alike = (recall: number) =>
      found(100, () => recall).map((row, at) => ({ ...row, conversation: `c${at % 4}` }));
    expect(judge(alike(1), alike(0.99))).toMatchObject({ isAccepted: false, missing: 16 });
  });
});

describe('a context model that challenges', () => {
  const models: CetModel[] = [];
  let root = '';
  let registry: Registry;
  let champion: Bundle;
  const taught = contextDesk(1, 12);
  const questions = contextDesk(2, 30);

  const fit = async (examples: readonly CetExample[], seed: number): Promise<CetModel> => {
    const model = new CetModel({ parameters: smallContext });
    models.push(model);
    await model.fit(examples, { seed });
    return model;
  };
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'context-gate-'));
    registry = await Registry.open(root);
    const model = await fit(taught, 1);
    const inputs = questions.map(({ input }) => input).slice(0, fewestGoldenVectors);
    const outputs = await model.predict(inputs);
    const folder = await registry.workspace();
    await model.save(folder);
    const { id } = await registry.publish(
      folder,
      {
        role: 'desk',
        kind: 'cet',
        parent: null,
        dataSnapshot: 'none',
        codeVersion: 'test',
        seed: 1,
        schemas: {},
        metrics: {},
      },
      inputs.map((input, at) => ({ input, output: outputs[at] })),
    );
    const never = { standard: null, byLabel: {} };
    champion = await registry.promote(
      'desk',
      {
        role: 'desk',
        artefacts: { cet: id },
        thresholds: { dtr: never, lppm: never },
        certificate: null,
        metrics: {},
        parent: null,
      },
      { expected: null, reason: 'test' },
    );
  });
  afterAll(async () => {
    for (const model of models) await model.dispose();
    await rm(root, { recursive: true, force: true });
  });

  it('is let in where it learned the same from another seed', async () => {
    const candidate = await fit(taught, 2);
    const verdict = await contestContext({ candidate, champion, questions, level }, place(registry));
    expect(verdict).toMatchObject({ isAccepted: true });
  });
  it('is refused where its labels stood beside other turns, beside a champion and without one', async () => {
    const planted = taught.map((example): CetExample => {
      const { candidates } = example.input;
      const at = candidates.findIndex(({ id }) => example.evidence.includes(id));
      return { ...example, evidence: [candidates[(at + 9) % candidates.length]!.id] };
    });
    const candidate = await fit(planted, 1);
    const verdict = await contestContext({ candidate, champion, questions, level }, place(registry));
    expect(verdict).toMatchObject({ isAccepted: false, missing: 0 });
    expect(verdict.recall.difference).toBeLessThan(-0.2);
    const first = await contestContext({ candidate, champion: null, questions, level }, place(registry));
    expect(first.isAccepted).toBe(false);
  });
  it('is a reason to change a bundle where it finds more, and none where it was refused', () => {
    const rows = Array.from({ length: 2000 }, (_, at) => {
      return {
        message: `m${at}`,
        conversation: `c${at}`,
        tier: 'dtr',
        correct: true,
        unsafe: false,
        executes: false,
      } as const;
    });
    const serving = found(100, () => 0);
    const better = judgeContext(
      found(100, () => 1),
      serving,
      'the one that serves',
      { level },
    );
    expect(judgeCandidate(rows, rows, { alpha: 0.05, context: better }).isPromoted).toBe(true);
    const refused = judgeContext(serving, serving.slice(0, 5), 'the one that serves', { level });
    const verdict = judgeCandidate(rows, rows, { alpha: 0.05, context: refused });
    expect(verdict.isPromoted).toBe(false);
    expect(verdict.reasons.join('\n')).toContain('15 more conversations');
  });
});

describe('heldOutQuestions', () => {
  it('asks in all held-out conversations, but not what was taught', () => {
    const turns = answeredTurns(sampleConversations(5, { conversations: 60 }));
    const questionsOf = (ground: Partial<Parameters<typeof heldOutQuestions>[0]>) =>
      heldOutQuestions({ turns, heldOut: [], passedUp: [], corrected: [], ...ground }, new Map(), new Set());
    const all = questionsOf({ heldOut: turns });
    expect(all.length).toBeGreaterThan(10);
    expect(questionsOf({})).toEqual([]);
    expect(questionsOf({ passedUp: turns })).toEqual(all);
    expect(questionsOf({ heldOut: turns, corrected: turns })).toEqual([]);
  });
});
