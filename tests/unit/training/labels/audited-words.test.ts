import { describe, expect, it } from 'vitest';
import { drawnWordPrefix, type Feedback } from '../../../../datasets/log/feedback.ts';
import { auditOrder, isDrawnForAudit, stakeOf } from '../../../../engine/core/audit-draw.ts';
import type { Outcome } from '../../../../engine/core/decision.ts';
import { auditedWords } from '../../../../training/labels/audited-words.ts';
import { trustedLabels } from '../../../../training/labels/trusted-labels.ts';
import { decisionFixture, messageFixture } from '../../../support/log-fixture.ts';

const reply: Outcome = { kind: 'reply', text: 'hello' };
/** Every second one was settled by the tree router, the others by the LLM. */
const decisions = Array.from({ length: 4000 }, (_, index) =>
  decisionFixture(`d${index}`, {
    message: `m${index}`,
    ...(index % 2 === 0 ? {} : { tier: 'imperator', outcome: reply, model: null }),
  }),
);
const drawn = decisions.filter(({ id }) => isDrawnForAudit(id));
const byStake = (stake: string) => drawn.filter((one) => stakeOf(one) === stake);

function word(decision: string, more: Partial<Feedback> = {}): Feedback {
  return {
    id: `${drawnWordPrefix}:${decision}`,
    time: 1,
    conversation: 'cnv_1',
    message: decision.replace('d', 'm'),
    decision,
    tier: null,
    correct: true,
    label: null,
    outcome: reply,
    source: 'human',
    confidence: 1,
    note: null,
    ...more,
  };
}

describe('auditedWords', () => {
  it('is as large as the kind allows that was looked at least, in proportion to what was drawn', () => {
    const passed = byStake('passed').toSorted((a, b) => auditOrder(a.id) - auditOrder(b.id));
    const half = passed.slice(0, Math.floor(passed.length / 2));
    const words = auditedWords(
      [...byStake('executes'), ...half].map(({ id }) => word(id)),
      decisions,
    );
    const ids = new Set(words.map(({ message }) => message));
    const share = half.length / passed.length;
    expect(byStake('executes').length).toBeGreaterThan(50);
    expect(ids.size).toBe(half.length + Math.round(share * byStake('executes').length));
    expect(half.every(({ message }) => ids.has(message))).toBe(true);
  });

  it('is empty where nobody looked at a kind, and hears neither complaints nor words about what was not drawn', () => {
    expect(
      auditedWords(
        byStake('executes').map(({ id }) => word(id)),
        decisions,
      ),
    ).toEqual([]);
    expect(
      auditedWords(
        drawn.map(({ id }) => word(id, { id: `fbk_${id}` })),
        decisions,
      ),
    ).toEqual([]);
    const others = decisions.filter(({ id }) => !isDrawnForAudit(id)).map(({ id }) => word(id));
    expect(auditedWords(others, decisions)).toEqual([]);
    expect(auditedWords([], [])).toEqual([]);
  });

  it('keeps mistakes in the sample that somebody complained of before they were shown', () => {
    const ordered = byStake('executes').toSorted((a, b) => auditOrder(a.id) - auditOrder(b.id));
    const [first, , third] = ordered;
    const complaint = (of: typeof first): Feedback =>
      word(of?.id ?? '', { id: `fbk_${of?.id}`, decision: null, correct: false, outcome: null });
    const looked = [...ordered.slice(1, 3), ...byStake('passed')].map(({ id }) => word(id));
    const words = auditedWords([complaint(first), complaint(third), complaint(ordered[9]), ...looked], decisions);
    const said = new Map(words.map(({ message, outcome }) => [message, outcome]));
    expect(said.get(first?.message ?? '')).toBeNull();
    expect(said.get(third?.message ?? '')).toEqual(reply);
    expect(said.has(ordered[9]?.message ?? '')).toBe(false);
  });

  it('takes the later of two words, and what was called wrong without the right answer for the LLM', () => {
    const all = drawn.map(({ id }) => word(id));
    const [first] = drawn;
    const later = word(first?.id ?? '', { id: `${drawnWordPrefix}:again`, time: 2, correct: false, outcome: null });
    const said = auditedWords([later, ...all], decisions).find(({ message }) => message === first?.message);
    expect(said).toMatchObject({ outcome: null, source: 'human' });
  });
});

describe('trustedLabels', () => {
  const wrong = drawn.map(({ id }) => word(id, { correct: false, outcome: null }));

  it('lets a fair sample judge, and corrects by it where it is too small to', () => {
    const enough = trustedLabels([], wrong, decisions, { fewestAudited: 10 });
    expect(enough.audited).toHaveLength(wrong.length);
    expect(enough.corrections).toEqual([]);
    const few = trustedLabels([], wrong, decisions, { fewestAudited: wrong.length + 1 });
    expect(few.audited).toEqual([]);
  });

  it('knows what the tiers passed up: it teaches, and has a share of the traffic', () => {
    const messages = Array.from({ length: 40 }, (_, index) => messageFixture(`u${index}`));
    const looked = messages.map(({ id }, index) => decisionFixture(`l${id}`, { message: id, settled: index % 4 > 0 }));
    const talk = { id: 'cnv_1', role: 'desk', tools: [], split: null, messages };
    const { selected, unlabelled, passedShare } = trustedLabels([talk], [], looked);
    expect(selected.size).toBe(40);
    expect(unlabelled.size).toBe(30);
    expect(passedShare).toBe(0.25);
    expect(trustedLabels([talk], [], []).selected.size).toBe(0);
  });
});
