import { describe, expect, it } from 'vitest';
import { sampleConversations } from '../../../../datasets/sample/desk.ts';
import { isDrawn } from '../../../../engine/pipeline/explored-tier.ts';
import { answeredTurns } from '../../../../training/examples/answered-turn.ts';
import { passedUp } from '../../../../training/examples/own-answers.ts';
import { fairSample } from '../../../../training/labels/fair-sample.ts';

const turns = answeredTurns(sampleConversations(3, { conversations: 30 }));
const asked = turns.filter(({ message }) => message.author === 'user');
const ids = asked.map(({ message }) => message.id);

describe('fairSample', () => {
  const selected = new Set(ids.filter((_, index) => index % 3 === 0));

  it('lets only those judge that would have a label anyway', () => {
    const fair = fairSample(turns, 10, selected);
    expect(fair.asked).toBe(ids.length - selected.size);
    expect(asked.filter(fair.isFair).map(({ message }) => message.id)).toEqual(ids.filter((id) => !selected.has(id)));
  });

  it('lets the hard ones judge too where the others are too few', () => {
    const all = fairSample(turns, ids.length, selected);
    expect(all.asked).toBe(ids.length);
    expect(asked.every(all.isFair)).toBe(true);
  });

  it('counts a message that was passed up and then drawn for somebody to judge', () => {
    const known = new Set([...selected].slice(0, 4));
    expect(fairSample(turns, 10, selected, known).asked).toBe(ids.length - selected.size + 4);
  });
});

describe('passedUp', () => {
  const looked = (message: string) => ({ message, tier: 'dtr', threshold: 0.9, shadow: false }) as const;

  it('takes what a tier with a threshold looked at, but for the drawn share', () => {
    const selected = passedUp(ids.map(looked), 0.4);
    expect([...selected]).toEqual([...new Set(ids)].filter((id) => !isDrawn(id, 0.4)));
    expect(selected.size).toBeGreaterThan(ids.length * 0.4);
    expect(selected.size).toBeLessThan(ids.length * 0.8);
  });

  it('takes nothing from before there was a threshold, nothing of shadows, and nothing that went to the LLM alone', () => {
    const [first = ''] = ids;
    expect(passedUp([{ ...looked(first), threshold: null }], 0)).toEqual(new Set());
    expect(passedUp([{ ...looked(first), shadow: true }], 0)).toEqual(new Set());
    expect(passedUp([{ ...looked(first), tier: 'imperator' }], 0)).toEqual(new Set());
    expect(passedUp([looked(first)], 0)).toEqual(new Set([first]));
  });
});
