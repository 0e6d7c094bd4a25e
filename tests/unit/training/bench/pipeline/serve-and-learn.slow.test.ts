import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleConversations } from '../../../../../datasets/sample/desk.ts';
import { silent } from '../../../../../engine/core/progress.ts';
import { serveAndLearn, type ServeOptions } from '../../../../../training/bench/pipeline/serve-and-learn.ts';
import { answeredTurns } from '../../../../../training/examples/answered-turn.ts';
import { learn } from '../../../../../training/learn.ts';
import { disposeAll, type Learned } from '../../../../../training/learned.ts';

const day = 86_400_000;
const desk = (seed: number) =>
  sampleConversations(seed, { conversations: 120 }).filter((one) => one.role === 'ops-desk');
const history = desk(4);
/** The same hours, one conversation a quarter of a day. */
const live = desk(5).map((one, index) => ({
  ...one,
  messages: one.messages.map((message) => ({ ...message, time: message.time + Math.floor(index / 4) * day })),
}));
const options: ServeOptions = {
  seed: 1,
  alpha: 0.2,
  delta: 0.2,
  device: 'cpu',
  progress: silent,
  tiers: ['dtr'],
  baseRows: 60,
  learnEvery: 5,
};

describe('serveAndLearn', () => {
  let first: Learned;
  let still: Awaited<ReturnType<typeof serveAndLearn>>;
  let growing: Awaited<ReturnType<typeof serveAndLearn>>;

  beforeAll(async () => {
    // so small a log certifies nothing: what settles is set by hand
    const thresholds = { dtr: { standard: 0.8, byLabel: {} }, lppm: { standard: null, byLabel: {} } };
    first = { ...(await learn(history, options)), thresholds };
    still = await serveAndLearn(history, live, first, { ...options, learnEvery: 0 });
    growing = await serveAndLearn(history, live, first, options);
  });
  afterAll(() => disposeAll(first.models));

  it('decides every message once, in the order of time', () => {
    const inbound = live.flatMap(({ messages }) => messages.filter(({ author }) => author === 'user'));
    for (const { replayed } of [still, growing]) {
      expect(new Set(replayed.map(({ message }) => message.id)).size).toBe(inbound.length);
      expect(replayed).toHaveLength(inbound.length);
      const times = replayed.map(({ message }) => message.time);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  it('learns between the stretches and not after the last, and not at all where it is told not to', () => {
    const times = live.flatMap(({ messages }) => messages.map(({ time }) => time));
    const days = (Math.max(...times) + 1 - Math.floor(Math.min(...times) / day) * day) / day;
    expect(growing.learnings).toHaveLength(Math.ceil(days / options.learnEvery) - 1);
    expect(still.learnings).toEqual([]);
  });

  it('takes labels from what it passed up alone', () => {
    const last = growing.learnings.at(-1);
    const until = Date.parse(last?.time ?? '');
    const served = growing.replayed.filter(({ message }) => message.time < until);
    const settled = served.filter(({ dtr, lppm }) => dtr?.settled === true || lppm?.settled === true);
    expect(settled.length).toBeGreaterThan(5);
    const begun = live.map((one) => ({ ...one, messages: one.messages.filter(({ time }) => time < until) }));
    const all = answeredTurns([...history, ...begun], { afterResults: true }).length;
    expect(last?.turns).toBeGreaterThan(answeredTurns(history, { afterResults: true }).length);
    expect(last?.turns).toBeLessThanOrEqual(all - settled.length);
  });

  it('decides the first stretch as if nothing was learned later', () => {
    const until = Date.parse(growing.learnings[0]?.time ?? '');
    const early = ({ replayed }: typeof still) =>
      replayed
        .filter(({ message }) => message.time < until)
        .map(({ message, dtr }) => [message.id, dtr?.settled, dtr?.confidence]);
    expect(early(growing)).toEqual(early(still));
    expect(early(growing).length).toBeGreaterThan(5);
  });
});
