import { describe, expect, it } from 'vitest';
import { hashFraction } from '../../../../engine/core/hash.ts';
import type { SettledTurn } from '../../../../training/ladder/evaluate.ts';
import { changed, contender, contest, slice, type Contender } from '../../../support/gate-world.ts';

const champion = contender();
/** Truly better: each planted fault is added to it, so that nothing but the fault can be the reason to refuse. */
const better = contender(0.04);
const of = (message: string, share: number): boolean => hashFraction(`planted ${message}`) < share;
const isRare = (message: string): boolean => slice(message).includes('rare kind');
const row = (correct: boolean): SettledTurn[] => [
  { message: 'x', conversation: 'x', tier: 'dtr', correct, unsafe: false, executes: false },
];
const cheat: Contender = {
  ...changed(champion, () => ({ correct: true })),
  sealed: champion.sealed,
};

/** Learned only which of the judging rows to leave alone. */
const shy: Contender = {
  ...changed(champion, (p) => (p.correct ? {} : { confidence: 0.1 })),
  sealed: champion.sealed,
};

const planted: readonly (readonly [string, Contender, RegExp])[] = [
  [
    'is worse in one kind of messages',
    changed(better, (p, m) => (isRare(m) && of(m, 0.3) ? { correct: false } : {})),
    /"rare kind"/,
  ],
  [
    'passes one kind of messages up',
    changed(better, (_, m) => (isRare(m) && of(m, 0.3) ? { confidence: 0.1 } : {})),
    /"rare kind"/,
  ],
  [
    'is surer than it may be',
    { ...changed(better, (p) => ({ confidence: 1 - (1 - p.confidence) / 6 })), threshold: 1 - 0.2 / 6 },
    /confidences of its dtr/,
  ],
  [
    'is less sure than it might be',
    { ...changed(better, (p) => ({ confidence: p.confidence * 0.7 })), threshold: 0.56 },
    /confidences of its dtr/,
  ],
  ['is slower', { ...better, footprint: { ...better.footprint, p95Ms: 3 } }, /3.00 ms/],
  ['has no time at all', { ...better, footprint: { ...better.footprint, p95Ms: Number.NaN } }, /NaN ms/],
  [
    'is ten times as large',
    { ...better, footprint: { ...better.footprint, bytes: 100_000_000 } },
    /10.0 times as large/,
  ],
  [
    'answers NaN now and then',
    changed(better, (_, m) => (of(m, 0.01) ? { confidence: Number.NaN } : {})),
    /no usable confidence/,
  ],
  [
    'answers beyond certainty',
    changed(better, (_, m) => (of(m, 0.01) ? { confidence: 1.5 } : {})),
    /no usable confidence/,
  ],
  [
    'calls everything the same',
    changed(better, (_, m) => ({ label: 'b', confidence: 0.99, correct: of(m, 0.2) })),
    /fall by/,
  ],
  ['learned permuted labels', changed(better, (_, m) => ({ correct: of(m, 0.1) })), /fall by/],
  ['learned the rows that judge it', cheat, /sealed messages/],
  ['learned which judging rows to leave alone', shy, /sealed messages/],
  ['settles nothing', changed(better, () => ({ confidence: 0.1 })), /fall by/],
  [
    'settles everything, right or wrong',
    { ...changed(better, (p, m) => (of(m, 0.2) ? { correct: false } : {})), threshold: 0 },
    /rise by|fall by/,
  ],
  [
    'executes what nobody wanted',
    changed(better, (p, m) => (of(m, 0.002) ? { unsafe: true, confidence: 0.9 } : {})),
    /nobody wanted/,
  ],
  [
    'is wrong a little more often everywhere',
    changed(champion, (_, m) => (of(m, 0.015) ? { correct: false } : {})),
    /fall by|rise by/,
  ],
  [
    'settles a little less everywhere',
    changed(champion, (_, m) => (of(m, 0.02) ? { confidence: 0.1 } : {})),
    /fall by/,
  ],
  [
    'overlooks negations',
    { ...better, metamorphic: { ...better.metamorphic, negation: { cases: 100, broken: 30 } } },
    /overlooks a negation in 30 of 100/,
  ],
  [
    'stumbles over slips of the fingers',
    { ...better, metamorphic: { ...better.metamorphic, typo: { cases: 100, broken: 15 } } },
    /overlooks a typo/,
  ],
  [
    'keeps old values',
    { ...better, metamorphic: { ...better.metamorphic, entity: { cases: 100, broken: 12 } } },
    /overlooks a entity/,
  ],
  [
    'takes no for yes',
    { ...better, metamorphic: { ...better.metamorphic, polarity: { cases: 100, broken: 12 } } },
    /overlooks a polarity/,
  ],
  ['forgot a correction', { ...better, corrected: row(false) }, /1 corrected messages wrongly/],
  [
    'was only lucky',
    changed(champion, (p, m) => (of(m, 0.002) ? { correct: true } : {})),
    /nothing speaks for a change/,
  ],
  ['is the same', champion, /nothing speaks for a change/],
];

describe('the gate', () => {
  it('promotes one that is truly better', () => {
    const verdict = contest(better, champion);
    expect(verdict.reasons.join('; ')).toMatch(/more messages rightly/);
    expect(verdict.isPromoted).toBe(true);
  });

  it.each(planted)('refuses one that %s', (_, candidate, reason) => {
    const old = { ...champion, corrected: row(true) };
    const verdict = contest(candidate.corrected.length === 0 ? { ...candidate, corrected: row(true) } : candidate, old);
    expect(verdict.isPromoted).toBe(false);
    expect(verdict.reasons.join('; ')).toMatch(reason);
  });

  it('lets a mended correction make it less sure, and not surer than it may be', () => {
    const [surer, shyer] = ['is surer than it may be', 'is less sure than it might be'].map(
      (name) => planted.find(([known]) => known === name)?.[1] ?? champion,
    );
    const against = (one = champion) =>
      contest({ ...one, corrected: row(true) }, { ...champion, corrected: row(false) });
    expect(against(shyer)).toMatchObject({ isPromoted: true });
    expect(against(surer).reasons.join('; ')).toMatch(/confidences of its dtr/);
    expect(against(surer).isPromoted).toBe(false);
  });

  it('refuses what small steps have cost together', () => {
    const settled = (rows: typeof better): SettledTurn[] =>
      rows.judged.map(({ message, conversation, dtr }) => ({
        message,
        conversation,
        tier: 'dtr',
        correct: dtr?.correct ?? false,
        unsafe: false,
        executes: false,
      }));
    const earlier = settled(changed(better, () => ({ correct: true })));
    const verdict = contest(better, champion, { earlier });
    expect(verdict.isPromoted).toBe(false);
    expect(verdict.reasons.join('; ')).toMatch(/since the champion of 30 days ago/);
  });
});
