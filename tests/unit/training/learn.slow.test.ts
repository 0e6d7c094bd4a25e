import { describe, expect, it } from 'vitest';
import { sampleConversations } from '../../../datasets/sample/desk.ts';
import { sampleProcesses } from '../../../datasets/sample/processes/scenarios.ts';
import { hashFraction } from '../../../engine/core/hash.ts';
import { silent } from '../../../engine/core/progress.ts';
import { textOf } from '../../../engine/core/message.ts';
import { answeredTurns } from '../../../training/examples/answered-turn.ts';
import { learn, type LearnOptions } from '../../../training/learn.ts';
import { disposeAll } from '../../../training/learned.ts';

const desk = sampleConversations(4, { conversations: 40 }).filter((one) => one.role === 'ops-desk');
const options: LearnOptions = {
  seed: 1,
  alpha: 0.2,
  delta: 0.2,
  device: 'cpu',
  progress: silent,
  tiers: ['dtr'],
  baseRows: 60,
};

describe('learn', () => {
  it('teaches the mapper the processes of the role that no conversation shows yet', async () => {
    const talks = sampleConversations(4, { conversations: 60 }).filter((one) => one.role === 'support-agent');
    expect(JSON.stringify(talks.map(({ messages }) => messages))).not.toContain('calendar.book');
    const lppmAlone = { ...options, tiers: ['lppm'], baseRows: 0 } as const;
    const turns = [{ speaker: 'user', text: 'I would like to book an appointment', step: null, values: null }] as const;
    const asked = async (more: Partial<LearnOptions>) => {
      const learned = await learn(talks, { ...lppmAlone, ...more });
      const [answer] = (await learned.models.lppm?.predict([{ turns }])) ?? [];
      await disposeAll(learned.models);
      return answer;
    };
    expect(await asked({ processes: sampleProcesses() })).toMatchObject({ process: 'appointment' });
    expect((await asked({}))?.process).not.toBe('appointment');
  });

  it('learns from a log without labels, proves itself on conversations it kept apart, and tells its progress', async () => {
    const stages = new Set<string>();
    const learned = await learn(desk, { ...options, progress: ({ stage }) => void stages.add(stage) });
    expect(learned.models.dtr?.route('ls -la /var/log').class).toBe('deterministic');
    expect(learned.models).toMatchObject({ lppm: null, cet: null });
    const heldOut = new Set(learned.heldOut.map((turn) => turn.conversation));
    expect(heldOut.size).toBeGreaterThan(2);
    expect(heldOut.size).toBeLessThan(desk.length / 2);
    expect(learned.counts).toMatchObject({ conversations: desk.length, heldOut: learned.heldOut.length });
    expect(learned.certificate.alpha).toBe(0.2);
    expect([...stages].join()).toMatch(/train dtr \(all\)/);
    await disposeAll(learned.models);
  });

  it('certifies by the words of people about messages drawn at random, where there are enough', async () => {
    const asked = answeredTurns(desk).filter(({ message }) => message.author === 'user');
    const drawn = asked.filter(({ message }) => hashFraction(`drawn ${message.id}`) < 0.25);
    const audited = drawn.map(({ message }) => ({ message: message.id, outcome: null }));
    const learned = await learn(desk, { ...options, audited });
    expect(drawn.length).toBeGreaterThan(16);
    expect(learned.certificate).toMatchObject({ rows: drawn.length, labelNoise: 0, settled: 0 });
    expect(learned.certificate.assumptions.join()).toContain('people or verifiers judged');
    const few = await learn(desk, { ...options, audited: audited.slice(0, 15) });
    expect(few.certificate.assumptions.join()).not.toContain('people or verifiers judged');
    await disposeAll(few.models);
    await disposeAll(learned.models);
  });

  it('judges by a fair sample of the traffic, where there is enough of it', async () => {
    const large = sampleConversations(4, { conversations: 1300 }).filter((one) => one.role === 'ops-desk');
    const asked = answeredTurns(large).filter(({ message }) => message.author === 'user');
    const selected = new Set(asked.slice(0, asked.length - 1500).map(({ message }) => message.id));
    expect(selected.size).toBeGreaterThan(100);
    const learned = await learn(large, { ...options, selected });
    expect(learned.certificate.rows).toBeGreaterThan(500);
    expect(learned.heldOut.some(({ message }) => selected.has(message))).toBe(false);
    await disposeAll(learned.models);
    const few = await learn(desk, { ...options, selected });
    expect(few.heldOut.some(({ message }) => selected.has(message))).toBe(true);
    await disposeAll(few.models);
  });

  it('leaves out what is marked val or test, and answers that are no labels', async () => {
    const marked = desk.map((one, index) => ({ ...one, split: index % 3 === 0 ? ('test' as const) : null }));
    const all = desk.flatMap((one) => one.messages);
    const own = new Set(all.filter((message) => textOf(message).length % 5 === 0).map(({ id }) => id));
    const learned = await learn(marked, { ...options, unlabelled: own });
    const usable = marked.filter((one) => one.split === null);
    expect(learned.counts.conversations).toBe(usable.length);
    expect(learned.heldOut.length).toBeGreaterThan(0);
    const usableIds = new Set(usable.map((one) => one.id));
    expect(learned.heldOut.every((turn) => usableIds.has(turn.conversation))).toBe(true);
    expect(learned.heldOut.some(({ message }) => own.has(message))).toBe(false);
    await disposeAll(learned.models);
  });

  it.each([
    ['nothing', []],
    ['a handful', desk.slice(0, 2)],
    ['test conversations alone', desk.map((one) => ({ ...one, split: 'test' as const }))],
  ])('refuses %s', async (_, conversations) => {
    await expect(learn(conversations, options)).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(learn(desk, { ...options, signal })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });
});
